"""Who may use a key of the stack when it begins to encrypt something."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra import resource_types as types
from ops.review.preview import UNKNOWN, Change, Operation, document
from ops.review.rules.context import Context
from ops.review.rules.statements import EVERYBODY, WITHOUT_TLS, Part, action_covers, grants_of, statements_of

SNS, ALARMS, ROLE = "sns.amazonaws.com", "cloudwatch.amazonaws.com", ":role/"
"""Parts of the principals in the policy of a key."""
READ, SEND = frozenset({"kms:Decrypt"}), frozenset({"kms:Decrypt", "kms:GenerateDataKey"})
"""What the function needs to read a queue, and what SNS or an alarm needs to send to what is encrypted."""


def lets(value: object, context: Context, who: str, actions: frozenset[str] = SEND) -> bool:
    """Whether an input names a key of this stack whose policy already allows this to a principal.

    What the key encrypts depends on the key, so the engine changes the key and its policy first.
    """
    keys = list(_named(value, context))
    return bool(keys) and all(_allows(key, who, action) for key in keys for action in actions)


def gets_key(change: Change, before: object) -> str:
    """What happens to a resource that gets a key. `before` is the key that it had, if any."""
    return f"encrypts {change.name} with {'another' if before else 'a'} key"


def of_table(inputs: Mapping[str, Any]) -> object:
    encryption = inputs.get("serverSideEncryption")
    return encryption.get("kmsKeyArn") if isinstance(encryption, dict) else None


def _named(value: object, context: Context) -> Iterator[Change]:
    """The keys that a value can mean. Until a new key exists, its value is unknown: it can be any new key."""
    for key in context.preview.changes:
        if key.type != types.KEY or key.operation is Operation.DELETE:
            continue
        if value in identifiers(key) or (value == UNKNOWN and key.operation is not Operation.SAME):
            yield key


def _allows(key: Change, who: str, action: str) -> bool:
    """Whether the policy of a key allows an action to a principal whose name contains this text, and denies it nowhere.

    A denial counts whatever its condition, because the preview does not show whether that holds.
    """
    statements = statements_of(document(key.after.get("policy"))) or ()
    grants = [grant for statement in statements for grant in grants_of(statement)]
    concerned = [grant for grant in grants if grant.action.covers(Part(frozenset({action})), action_covers)]
    allowed = any(grant.allows and _names(grant.principal, who) for grant in concerned)
    denied = any(
        not grant.allows and grant.conditions != {WITHOUT_TLS} and _may_include(grant.principal, who)
        for grant in concerned
    )
    return allowed and not denied


def _names(principal: Part, who: str) -> bool:
    return not principal.excluded and any(who in value for value in principal.values)


def _may_include(principal: Part, who: str) -> bool:
    """Whether a principal is this one, everybody, or for a role its account."""
    if principal.excluded:
        return not any(who in value for value in principal.values)
    return _names(principal, who) or any(
        value.endswith(EVERYBODY) or (value.isdigit() and who == ROLE) for value in principal.values
    )


def identifiers(key: Change) -> list[object]:
    """The values of an input that mean this key."""
    return [one for one in (key.outputs.get("arn"), key.outputs.get("keyId")) if one]
