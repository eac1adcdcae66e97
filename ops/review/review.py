"""Reviews a preview: every effect on orders, what follows from the settings, and one verdict."""

from collections.abc import Iterator
from dataclasses import replace

from ops.review.causes import Where, cause, follows, place_of, settings_behind
from ops.review.consequences import consequences
from ops.review.finding import ChangedSetting, Finding, Review, Verdict
from ops.review.live import Live
from ops.review.preview import Change, Preview, masked
from ops.review.refusals import refusals
from ops.review.rules import findings_of, hidden
from ops.review.rules.context import Context
from ops.review.settings import System, Systems, systems_of
from ops.review.settled import settled
from ops.text import counted

LONGEST_VALUE = 40
"""The characters of a value that a review shows. No setting of this program has a longer one."""


def nowhere(_key: str, _value: object) -> str:
    """For a preview of another folder: nobody knows where a setting stands."""
    return ""


def review(preview: Preview, live: Live, where: Where = nowhere) -> Review:
    """Apply every rule to every change. A preview that failed is refused, whatever it contains."""
    concealed = [one for change in preview.changes for one in hidden(change)]
    preview = replace(preview, changes=[settled(change) for change in preview.changes])
    systems = systems_of(preview)
    findings = [*refusals(preview, systems), *_findings(preview, live, systems, where), *concealed]
    return Review.of(
        [_public(one) for one in findings],
        [setting for system in systems.all for setting in _changed(system, systems, preview, where)],
        [_of(system, systems, sentence) for system in systems.all for sentence in consequences(system)],
    )


def _findings(preview: Preview, live: Live, systems: Systems, where: Where) -> Iterator[Finding]:
    context = Context(preview=preview, live=live, systems=systems)
    # Within a verdict, what explains the others comes first.
    for change in sorted(preview.changes, key=lambda change: follows(change, preview)):
        for one in findings_of(change, context):
            system = systems.of(change)
            instead = _or_leave_the_setting(one, change, system)
            yield replace(one, instead=instead, cause=cause(change, preview, system, where))


def _or_leave_the_setting(finding: Finding, change: Change, system: System | None) -> str:
    """The remedy, and for a loss that settings cause: to leave them at their old values."""
    if finding.verdict is not Verdict.LOSES or system is None:
        return finding.instead
    old = [f"Or leave {key} as it was: {_in_words(system.before[key])}." for key in settings_behind(change, system)]
    return " ".join(filter(None, [finding.instead, *old]))


def _changed(system: System, systems: Systems, preview: Preview, where: Where) -> Iterator[ChangedSetting]:
    inside = [change for change in preview.changes if systems.of(change) is system]
    for key in system.changed:
        yield ChangedSetting(
            system=system.name,
            key=system.config_key(key),
            before=_in_words(system.before[key]),
            after=_in_words(system.after[key]),
            where=place_of(key, system, where),
            resources=[
                masked(f"{change.noun} {change.name}") for change in inside if key in settings_behind(change, system)
            ],
        )


def _in_words(value: object) -> str:
    """A value for everybody: of a list, such as that of email addresses, only its length."""
    if isinstance(value, list | dict):
        return counted(len(value), "value")
    text = masked(str(value).lower() if isinstance(value, bool) else str(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _of(system: System, systems: Systems, sentence: str) -> str:
    return f"{system.name}: {sentence}" if len(systems.all) > 1 else sentence


def _public(finding: Finding) -> Finding:
    """A finding without email addresses: names of resources and messages can contain them."""
    return replace(
        finding,
        resource=masked(finding.resource),
        what=masked(finding.what),
        why=masked(finding.why),
        instead=masked(finding.instead),
        cause=masked(finding.cause),
    )
