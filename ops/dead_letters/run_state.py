"""The state of a run, as the entries of its journal describe it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any


class InvalidEntry(ValueError):
    """An entry that no run writes at this place of its journal. The message is the reason."""


@dataclass(slots=True)
class RunState:
    """The state of a run as its journal records it. Letters are listed by message ID."""

    begun: Mapping[str, Any] = field(default_factory=dict)
    """The first step, with what the run intends to do. Empty if the run recorded nothing."""
    sending: set[str] = field(default_factory=set)
    """Letters that may have been sent: the answer of SQS is not recorded."""
    sent: dict[str, str] = field(default_factory=dict)
    """Letters that were sent, each with the message ID of its copy. They may still be in the queue."""
    deleted: set[str] = field(default_factory=set)
    ended: bool = False

    @property
    def is_edit(self) -> bool:
        return self.begun.get("what") == "edit"

    @property
    def is_settled(self) -> bool:
        """Whether every letter that was sent is deleted."""
        return self.sent.keys() <= self.deleted

    @property
    def remaining(self) -> set[str]:
        """Letters that the run still has to handle. An edit only has to delete what it sent."""
        intended = self.sent if self.is_edit else self.begun.get("ids", ())
        return set(intended) - self.deleted

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Change the state by an entry of the journal. A step that this version does not know changes nothing.

        Raises InvalidEntry for an entry that no run writes at this place.
        """
        _check_types(entry)
        match entry["step"]:
            case "begun":
                if self != RunState():
                    raise InvalidEntry("a run begins only once")
                self.begun = entry
            case "sending":
                self._check_intended(entry["ids"])
                self.sending |= set(entry["ids"])
            case "sent":
                self._apply_sent(entry["copies"], set(entry["rejected"]))
            case "deleted":
                self._check_intended(entry["ids"])
                self.deleted |= set(entry["ids"])
            case "ended":
                self.ended = True

    def _apply_sent(self, copies: Mapping[str, str], rejected: set[str]) -> None:
        answered = copies.keys() | rejected
        if not answered <= self.sending:
            raise InvalidEntry("it records letters as sent that were never sent")
        self.sent |= copies
        self.sending -= answered

    def _check_intended(self, ids: list[str]) -> None:
        if "ids" in self.begun and not set(ids) <= set(self.begun["ids"]):
            raise InvalidEntry("it names letters that do not belong to the run")


_REQUIRED: Mapping[str, tuple[str, ...]] = {"sending": ("ids",), "sent": ("copies", "rejected"), "deleted": ("ids",)}


def _check_types(entry: object) -> None:
    if not isinstance(entry, dict) or not isinstance(entry.get("step"), str):
        raise InvalidEntry("it is not a step of a run")
    for name in _REQUIRED.get(entry["step"], ()):
        if name not in entry:
            raise InvalidEntry(f"the step {entry['step']!r} has no {name!r}")
    for name, is_valid in _VALID.items():
        if name in entry and not is_valid(entry[name]):
            raise InvalidEntry(f"{name!r} has an impossible value")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_ids(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_id, value))


def _are_copies(value: object) -> bool:
    """Message IDs of letters, each with another one: that of its copy."""
    return isinstance(value, dict) and all(name and _is_id(copy) and name != copy for name, copy in value.items())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_VALID: Mapping[str, Callable[[Any], bool]] = {
    "at": _is_text,
    "ids": _are_ids,
    "copies": _are_copies,
    "rejected": _are_ids,
    "what": lambda value: value == "edit",
    "rate": lambda value: _is_number(value) and value > 0,
    "stopAt": lambda value: _is_number(value) and 0 <= value <= 1,
    "wait": lambda value: isinstance(value, bool),
    "why": _is_text,
    "chosen": _is_text,
}
