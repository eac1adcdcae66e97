"""The findings of a review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a change does to orders, the worst first."""

    REFUSED = "refused"
    LOSES = "loses"
    INTERRUPTS = "interrupts"
    WEAKENS = "weakens"
    LOOK = "look"
    SAFE = "safe"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]

    @property
    def rank(self) -> int:
        """0 for the worst verdict."""
        return list(Verdict).index(self)


_MEANINGS = {
    Verdict.REFUSED: "Pulumi or AWS does not make this change.",
    Verdict.LOSES: "Orders, dead letters, the log that explains them, or the key that reads them can be lost.",
    Verdict.INTERRUPTS: "Orders wait or fail during this change, or events are not told.",
    Verdict.WEAKENS: "A guarantee becomes weaker: retention, recovery, protection, alarms, encryption or permissions.",
    Verdict.LOOK: "The preview does not show every effect of this change.",
    Verdict.SAFE: "No order is lost, and none has to wait.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One effect of a change."""

    verdict: Verdict
    resource: str
    """The logical name of the resource, or an empty text if the finding is about the whole stack."""
    what: str
    why: str
    instead: str = ""
    """The remedy. Empty if there is none or none is needed."""
    cause: str = ""
    """The setting with its file and line, the other resource, or the place in the program. Empty if none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSetting:
    """A setting with another value."""

    system: str
    """The logical name of the system that it configures."""
    key: str
    """The key as `pulumi config` takes it, such as `batchSize` or `refund:batchSize`."""
    before: str
    after: str
    where: str
    """The file and the line that contain the value. Empty if they are not known."""
    resources: Sequence[str]
    """The resources that it changes, such as `queue OrderQueue`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All findings about a change, the worst first."""

    findings: Sequence[Finding]
    settings: Sequence[ChangedSetting] = ()
    consequences: Sequence[str] = ()
    """What follows from the settings: a sentence for each number that changes."""

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        settings: Sequence[ChangedSetting] = (),
        consequences: Sequence[str] = (),
    ) -> "Review":
        ordered = sorted(findings, key=lambda finding: finding.verdict.rank)
        return cls(findings=ordered, settings=settings, consequences=consequences)

    @property
    def verdict(self) -> Verdict:
        return self.findings[0].verdict if self.findings else Verdict.SAFE
