"""Reviews a preview: every effect on orders, and one verdict."""

from collections.abc import Iterator
from dataclasses import replace

from ops.review.finding import Finding, Review, Verdict
from ops.review.live import Live
from ops.review.preview import Preview, masked
from ops.review.rules import findings_of
from ops.review.rules.context import Context
from ops.review.settled import settled


def review(preview: Preview, live: Live) -> Review:
    """Apply every rule to every change. A preview that failed is refused, whatever it contains."""
    preview = replace(preview, changes=[settled(change) for change in preview.changes])
    context = Context(preview=preview, live=live)
    found = [*_refusals(preview), *(one for change in preview.changes for one in findings_of(change, context))]
    return Review.of(map(_without_addresses, found))


def _without_addresses(finding: Finding) -> Finding:
    """Mask email addresses, because a review is posted where others read it."""
    return Finding(
        verdict=finding.verdict,
        resource=masked(finding.resource),
        what=masked(finding.what),
        why=masked(finding.why),
        instead=masked(finding.instead),
    )


def _refusals(preview: Preview) -> Iterator[Finding]:
    for error in preview.errors:
        yield Finding(
            verdict=Verdict.REFUSED,
            resource="",
            what="the preview failed",
            why=error,
            instead="Correct this, and review again: the preview does not show the other changes.",
        )
