"""Who may do what on which resource under which condition: the difference of two policies."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, document
from ops.review.rules.context import Context, Rule, finding
from ops.review.rules.statements import (
    EVERYBODY,
    SNS,
    WITHOUT_TLS,
    Grant,
    Part,
    Statement,
    action_covers,
    allows_own_account,
    grants_of,
    language_version,
    missing,
    statements_of,
)
from ops.text import some

_OF_QUEUES = {types.QUEUE, types.QUEUE_POLICY}
"""The types that contain the policy of a queue."""
_RETRY = "sqs:ChangeMessageVisibility"
"""The action without which the processor loses speed and nothing else."""
_LOG = "logs:*"
_TRACE = "xray:*"
"""The actions without which SNS and the functions record no traces, and work as before."""
_SEND = Part(frozenset({"sqs:SendMessage"}))
_ENCRYPT = Part(frozenset({"kms:GenerateDataKey"}))
_ADMINISTER = Part(frozenset({"kms:PutKeyPolicy"}))
NAMED = 6
"""The principals, actions or resources of a statement that a finding names."""
Judge = Callable[[Change, Context, Sequence[Grant], str], Finding]
"""Judges grants of one statement, which are given in words, too."""


def policy(name: str) -> Rule:
    """A rule for the input that contains the policy document."""

    def rule(change: Change, context: Context) -> Iterator[Finding]:
        old, new = document(change.before.get(name)), document(change.after.get(name))
        before = statements_of(old) if name in change.before else []
        after = statements_of(new) if name in change.after else []
        if before is None or after is None:
            yield finding(
                Verdict.LOOK,
                change,
                f"changes the policy of {change.name}",
                "The preview does not know the new policy, because it contains an ARN that does not exist yet.",
            )
            return
        yield from _differences(change, context, before, after)
        if old and new and language_version(old) != language_version(new) and "${" in f"{old}{new}":
            yield finding(
                Verdict.LOOK,
                change,
                f"changes the version of the policy language of {change.name}",
                "Only the version 2012-10-17 replaces variables such as ${aws:username}.",
            )

    return rule


def _differences(
    change: Change, context: Context, before: Sequence[Statement], after: Sequence[Statement]
) -> Iterator[Finding]:
    for statements, others, allow, deny in ((after, before, _allowed, _denied), (before, after, _taken, _undenied)):
        known = [grant for other in others for grant in grants_of(other)]
        for statement in statements:
            if change.type in _OF_QUEUES and allows_own_account(statement):
                continue
            if grants := missing(grants_of(statement), known):
                judge: Judge = allow if grants[0].allows else deny
                yield judge(change, context, grants, _in_words(grants))


def _allowed(change: Change, _context: Context, _grants: Sequence[Grant], words: str) -> Finding:
    return finding(Verdict.WEAKENS, change, f"allows {words}", "A wider permission.")


def _denied(change: Change, context: Context, grants: Sequence[Grant], words: str) -> Finding:
    what = f"denies {words}"
    if grants[0].conditions == {WITHOUT_TLS}:
        return finding(Verdict.SAFE, change, what, "SNS, SQS and Lambda use TLS.")
    if _loses_undelivered(change, context, grants):
        return _undelivered_are_lost(change, what)
    if grants[0].conditions:
        why = "A denial can stop SNS or the function: check that its condition never holds for them."
        return finding(Verdict.LOOK, change, what, why)
    why = "A denial overrides each permission. If it includes SNS, the function or the publishers, orders wait or fail."
    return finding(Verdict.INTERRUPTS, change, what, why)


def _taken(change: Change, context: Context, grants: Sequence[Grant], words: str) -> Finding:
    what = f"no longer allows {words}"
    if _loses_undelivered(change, context, grants):
        return _undelivered_are_lost(change, what)
    if change.type == types.KEY and any(grant.action.covers(_ADMINISTER, action_covers) for grant in grants):
        why = "Nobody can change this key again. If its permissions are wrong, nobody can read what it encrypts."
        return finding(Verdict.LOSES, change, what, why, "Keep the permission of the account to administer the key.")
    if change.type == types.ROLE_POLICY and _all(grants, _RETRY):
        return finding(Verdict.LOOK, change, what, "Orders that can never succeed become dead letters later.")
    if _all(grants, _TRACE):
        return finding(Verdict.SAFE, change, what, "X-Ray records fewer traces. No order depends on its trace.")
    if change.type == types.ROLE_POLICY and _all(grants, _LOG):
        why = "Without the log, nobody knows why an order is a dead letter, or why an event was not told."
        return finding(Verdict.WEAKENS, change, what, why)
    return finding(
        Verdict.INTERRUPTS,
        change,
        what,
        "Whoever needs it fails from then on: orders wait, are undelivered, or become dead letters.",
        "If nothing needs it any more, deploy the code without it first.",
    )


def _undenied(change: Change, _context: Context, _grants: Sequence[Grant], words: str) -> Finding:
    return finding(Verdict.WEAKENS, change, f"no longer denies {words}", "A protection is gone.")


def _undelivered_are_lost(change: Change, what: str) -> Finding:
    why = "SNS drops the orders that it can deliver neither to the order queue nor to the queue of undelivered orders."
    instead = "Let SNS use the key." if change.type == types.KEY else "Let SNS send to the queue of undelivered orders."
    return finding(Verdict.LOSES, change, what, why, instead)


def _loses_undelivered(change: Change, context: Context, grants: Sequence[Grant]) -> bool:
    """Whether SNS may need one of these grants to keep orders: both queues are encrypted with the key of the stack."""
    if change.type == types.KEY:
        return _concern_sns(grants, _ENCRYPT)
    return context.keeps_undelivered(change) and _concern_sns(grants, _SEND)


def _concern_sns(grants: Sequence[Grant], action: Part) -> bool:
    return any(
        (grant.principal.excluded or grant.principal.values & {SNS, EVERYBODY})
        and (grant.action.excluded or grant.action.covers(action, action_covers))
        for grant in grants
    )


def _all(grants: Sequence[Grant], pattern: str) -> bool:
    """Whether each grant has an action that the pattern contains."""
    return all(Part(frozenset({pattern})).covers(grant.action, action_covers) for grant in grants)


def _in_words(grants: Sequence[Grant]) -> str:
    """Who may do what on what: `sns.amazonaws.com sqs:SendMessage on OrderQueue if ArnLike aws:SourceArn`."""
    principals = _some(str(grant.principal) for grant in grants)
    resources = _some(str(grant.resource).rpartition(":")[2] for grant in grants)
    tests = " and ".join(sorted(test.as_written for test in grants[0].conditions))
    words = ["everybody" if principals == EVERYBODY else principals, _some(str(grant.action) for grant in grants)]
    return " ".join(filter(None, [*words, resources and f"on {resources}", tests and f"if {tests}"]))


def _some(values: Iterable[str]) -> str:
    """The different values, or the first ones of many."""
    return some(list(dict.fromkeys(values)), NAMED)
