"""What the first `pulumi up` after the import does to the resources that were made by hand."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from infra import resource_types as types
from ops.adopt.comparison import differences
from ops.adopt.policies import without_replaced
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.preview import Change, Operation, Preview, number
from ops.review.rules import findings_of
from ops.review.rules.context import Context
from ops.review.rules.flow import REPORTS_ITEMS

_OF_THE_CODE = ("architectures", "code", "handler", "loggingConfig", "role", "runtime")
"""The inputs of a function about which the findings of this module say more than those of a review."""


def judge(
    changes: Sequence[Change], live: Live, adopted: Collection[str], log_ages: Mapping[str, timedelta], stack: str
) -> Iterator[Finding]:
    """The findings of a review, and those that only an adoption has.

    `changes` are those of the preview after the import, `adopted` are the URNs that it imports, and `log_ages` are the
    ages of log groups by URN. A resource that the first `pulumi up` would replace cannot be adopted.
    """
    replaced = [change for change in changes if change.urn in adopted and change.is_removed]
    kept = [change for change in changes if change not in replaced]
    yield from (_refusal(change, stack) for change in replaced)
    preview = Preview(changes=[_for_review(change, log_ages) for change in kept], errors=[])
    context = Context(preview=preview, live=live)
    for change in preview.changes:
        yield from (finding for finding in findings_of(change, context) if _concerns_orders(finding, change))
    for change in kept:
        if _is_imported_function(change):
            yield from _new_code(change, kept)
            yield from _new_role(change)


def _concerns_orders(finding: Finding, change: Change) -> bool:
    """Of a new resource, only what it makes worse for those that exist. Nothing used its role before."""
    if change.operation is not Operation.CREATE:
        return True
    return change.type != types.ROLE_POLICY and finding.verdict.rank < Verdict.LOOK.rank


def _refusal(change: Change, stack: str) -> Finding:
    names = ", ".join(change.forced_by) or "its provider or Region"
    values = "; ".join(
        f"{one.input} is {one.in_aws} in AWS, and {one.declared} in the program" for one in differences(change)
    )
    return Finding(
        verdict=Verdict.REFUSED,
        resource=change.name,
        what=f"{change.name} ({types.noun(change.type)}) cannot be adopted: {names} cannot change",
        why=f"`pulumi up` would delete it, and create another one: {values or 'the provider decides'}.",
        instead=_remedy(change, stack),
    )


def _remedy(change: Change, stack: str) -> str:
    place = f" ({change.position})" if change.position else ""
    if change.type == types.ROLE:
        return (
            "Leave it out of the stack, which makes a role of its own: remove it from the file of names. If it has the "
            "same name, first give the function another role and delete this one."
        )
    if list(change.forced_by) != ["name"]:
        return f"Declare it as it is in AWS{place}. Or rename the program's, adopt the rest, and move its content."
    if change.physical_name == change.name:
        setting = f"`pulumi:autonaming: {{mode: verbatim}}` in Pulumi.{stack}.yaml"
        return f"Let the names in AWS equal those in the program: {setting}."
    return f'Give it its name in the program{place}: name="{change.physical_name}".'


def _is_imported_function(change: Change) -> bool:
    """Whether the state has the function from an import: the import of a function has no code."""
    is_update = change.type == types.FUNCTION and change.operation is Operation.UPDATE
    return is_update and "code" in change.after and "code" not in change.before


def _for_review(change: Change, log_ages: Mapping[str, timedelta]) -> Change:
    """The change as the review sees it, without what has no effect or is told by other findings."""
    if _is_imported_function(change):
        return _same(change, *_OF_THE_CODE)
    if change.type == types.QUEUE_POLICY and "policy" in change.changed:
        policy = without_replaced(change.before.get("policy"), change.after.get("policy"))
        return replace(change, before={**change.before, "policy": policy})
    days = number(change.after.get("retentionInDays"))
    if change.urn in log_ages and days and log_ages[change.urn] < timedelta(days=days):
        # None of its records is old enough to be deleted.
        return _same(change, "retentionInDays")
    return change


def _same(change: Change, *names: str) -> Change:
    """The change without the differences of these inputs."""
    return replace(
        change, before={**change.before, **{name: change.after[name] for name in names if name in change.after}}
    )


def _new_code(change: Change, changes: Collection[Change]) -> Iterator[Finding]:
    yield Finding(
        verdict=Verdict.LOOK,
        resource=change.name,
        what=f"replaces the code of {change.name}",
        why="Lambda does not keep the code that the function has now.",
        instead=f"To keep a copy, download it from the `Code.Location` of `aws lambda get-function "
        f"--function-name {change.physical_name}`.",
    )
    for mapping in changes:
        if mapping.type == types.MAPPING and _reports_too_late(mapping):
            yield _losing(change, mapping)


def _reports_too_late(mapping: Change) -> bool:
    """Whether the new code runs for a moment with an event source mapping that does not read its response."""
    is_on = mapping.before.get("enabled") is not False and mapping.operation is Operation.UPDATE
    before, after = (inputs.get("functionResponseTypes") or () for inputs in (mapping.before, mapping.after))
    return is_on and REPORTS_ITEMS in after and REPORTS_ITEMS not in before


def _losing(function: Change, mapping: Change) -> Finding:
    uuid = mapping.outputs.get("uuid") or mapping.outputs.get("id")
    return Finding(
        verdict=Verdict.LOSES,
        resource=mapping.name,
        what=f"replaces the code of {function.name} while its event source mapping is enabled",
        why="The new code reports failed orders in its response. Until the mapping is updated too, Lambda ignores the "
        "response and deletes these orders.",
        instead="Disable the mapping, and run this command again. Orders wait until `pulumi up` enables it: "
        f"`aws lambda update-event-source-mapping --no-enabled --uuid {uuid}`",
    )


def _new_role(change: Change) -> Iterator[Finding]:
    if "role" not in change.changed:
        return
    old = str(change.before.get("role")).rpartition("/")[2]
    yield Finding(
        verdict=Verdict.LOOK,
        resource=change.name,
        what=f"gives {change.name} the role of the stack instead of {old}",
        why="The stack's role allows only what the processor needs. The old role stays in AWS.",
        instead=f"When nothing uses {old} any more, delete it.",
    )
