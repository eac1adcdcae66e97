"""Why the engine refuses a change, and what to do about it."""

import re
from collections.abc import Iterator

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import VIOLATION, Change, Preview
from ops.review.settings import Systems

_PROTECTED = re.compile(
    r'resource "?(urn:pulumi:[^"\s]+)"? '
    r"(?:cannot be deleted because it is protected|as it is currently marked for protection)"
)
"""The engine's messages about the deletion and the replacement of a protected resource."""


def refusals(preview: Preview, systems: Systems) -> Iterator[Finding]:
    """Yield a finding for each error of the preview."""
    for error in preview.errors:
        if protected := _PROTECTED.search(error):
            yield _protected(protected[1], preview, systems)
        elif setting := VIOLATION.fullmatch(error):
            yield Finding(
                verdict=Verdict.REFUSED,
                resource="",
                what=setting["what"],
                why=setting["why"],
                instead=f"`{setting['remedy']}`" if setting["remedy"] else "",
            )
        else:
            yield Finding(
                verdict=Verdict.REFUSED,
                resource="",
                what="the preview failed",
                why=error,
                instead="Correct this, and review again: the preview does not show the other changes.",
            )


def _protected(urn: str, preview: Preview, systems: Systems) -> Finding:
    name = urn.rpartition("::")[2]
    change = next((one for one in preview.changes if one.urn == urn), None)
    return Finding(
        verdict=Verdict.REFUSED,
        resource=name,
        what=f"deletes or replaces {name}, which is protected",
        why="Pulumi changes nothing until this resource is kept, or is not protected any more.",
        instead=_remedy(urn, change, systems),
    )


def _remedy(urn: str, change: Change | None, systems: Systems) -> str:
    stack = urn.split(":")[2]
    unprotect = f"`pulumi state unprotect '{urn}'` on the stack {stack}"
    if change and change.is_retained:
        return f"It stays in AWS when it leaves the stack. To let it go: {unprotect}"
    if urn.split("::")[2].endswith(types.TABLE):
        system = systems.of(change) if change else None
        key = system.config_key("protectOrders") if system else "protectOrders"
        unprotect = f"`pulumi config set {key} false` on the stack {stack}, and deploy that alone"
    return f"Keep the resource as it is. If it has to go, save its content, and then: {unprotect}"
