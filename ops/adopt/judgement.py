"""What the first `pulumi up` after the import does to the resources that were made by hand."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from infra import resource_types as types
from ops.adopt.comparison import differences
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.preview import Change, Preview
from ops.review.review import review


def judge(preview: Preview, live: Live, adopted: Collection[str], stack: str) -> Iterator[Finding]:
    """What cannot be adopted, and the findings that `orders review` will have after the import.

    `preview` is the one after the import of the URNs `adopted`. A resource that the first `pulumi up` would replace
    cannot be adopted.
    """
    replaced = [change for change in preview.changes if change.urn in adopted and change.is_removed]
    yield from (_refusal(change, stack) for change in replaced if not _is_told(change, replaced))
    kept = [change for change in preview.changes if change not in replaced]
    yield from review(replace(preview, changes=kept), live).findings


def _is_told(change: Change, replaced: Collection[Change]) -> bool:
    """Whether a resource would be replaced only because it refers to others that are refused, such as a policy."""
    refused = {one.urn for one in replaced}
    return bool(change.forced_by) and all(
        refused.intersection(change.references.get(name) or ()) for name in change.forced_by
    )


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
        return (
            f"The program needs its own{place}: give it another name with `systemName` or `tableName`, adopt the rest, "
            "and move the content."
        )
    if change.physical_name == change.name:
        setting = f"`pulumi:autonaming: {{mode: verbatim}}` in Pulumi.{stack}.yaml"
        return f"Let the names in AWS equal those in the program: {setting}."
    return f'Give it its name in the program{place}: name="{change.physical_name}".'
