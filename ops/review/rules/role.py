"""What changes of roles do to those who use them."""

from collections.abc import Iterator

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change
from ops.review.rules.context import Context, finding


def boundary(change: Change, _context: Context) -> Iterator[Finding]:
    """A permissions boundary limits what the policies of a role can allow."""
    if change.after.get("permissionsBoundary"):
        why = "If the boundary excludes a permission that the function needs, orders fail."
        yield finding(Verdict.LOOK, change, f"limits the permissions of {change.name}", why)
    else:
        why = "Its policies can allow more than before."
        yield finding(Verdict.WEAKENS, change, f"no longer limits the permissions of {change.name}", why)
