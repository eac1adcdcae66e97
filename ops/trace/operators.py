"""What operators did with an order, as the history records it."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ops.dead_letters.named import NAMED
from ops.history import read_history
from ops.log.reading import HISTORY_STREAM
from ops.system import System
from ops.text import counted, is_typed_as
from ops.trace.step import Gap, Step

Record = Mapping[str, Any]
MERGE = "table merge"
"""An action that names a table, and can have stored any order."""
_DONE = {
    "edit": "edited",
    "redrive": "redriven",
    "archive": "archived",
    "purge": "purged",
    "restore": "restored",
    "move start": "moved by SQS",
    MERGE: "merged",
}
"""The actions that can be about an order, and how the timeline calls them."""
_LEFT_ALONE = ("notSent", "rejected", "lost")
"""The numbers of letters that an action names and did not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of the history: the record of its beginning, and that of its end if there is one."""

    begun: Record
    end: Record | None

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.begun["at"] / 1000, UTC)

    @property
    def message_ids(self) -> set[str]:
        """The messages that the records name."""
        edited = (self.begun.get("messageId"), (self.end or {}).get("copy"))
        return {one for one in (*self._named, *edited) if isinstance(one, str)}

    def is_about(self, typed: str, message_ids: Collection[str]) -> bool:
        """Whether its records name a letter of the order."""
        return any(name in message_ids or is_typed_as(name, typed) for name in (*self.message_ids, *self._order_ids))

    @property
    def names_letters(self) -> bool:
        """Whether its records name each letter. Those of very many letters do not."""
        return "messageId" in self.begun or NAMED in self.begun or bool(self._chosen_names)

    def step(self, group: str, *, is_certain: bool) -> Step:
        begun = self.begun
        because = f", because {begun['why']}" if begun["why"] else ""
        what = _DONE[begun["history"]]
        return Step(
            at=self.at,
            what=what if is_certain and self._is_whole else f"perhaps {what}",
            text=f"by {begun['who']}{because}; {self._result()}",
            source=f"{group} {HISTORY_STREAM}",
            message_id=begun["messageId"] if isinstance(begun.get("messageId"), str) else "",
        )

    @property
    def _named(self) -> Mapping[str, object]:
        """The order ID of each letter, by message ID. Actions of earlier versions name none."""
        named = self.begun.get(NAMED)
        return named if isinstance(named, dict) else {}

    @property
    def _order_ids(self) -> Iterator[str]:
        found = (*self._named.values(), self.begun.get("orderId"), *self._chosen_names)
        return (one for one in found if isinstance(one, str))

    @property
    def _chosen_names(self) -> list[object]:
        """The order IDs and message IDs by which the operator selected letters."""
        try:
            chosen = json.loads(self.begun.get("chosen", ""))
        except (ValueError, TypeError, RecursionError):
            return []
        names = chosen.get("names") if isinstance(chosen, dict) else None
        return names if isinstance(names, list) else []

    @property
    def _is_whole(self) -> bool:
        """Whether it changed all of the letters that it names. An edited letter has a copy, whatever became of it."""
        if self.end is None:
            return False
        left_alone = any(self.end.get(name) for name in _LEFT_ALONE) or self.end.get("sent") == 0
        is_ended = self.end["step"] == "ended" and not left_alone
        return is_ended or "copy" in self.end

    def _result(self) -> str:
        if self.end is None:
            return "its end is not recorded: it was killed, or is still running"
        copy = self.end.get("copy")
        if self.end["step"] == "ended":
            result = "done" if self._is_whole else "it left some letters alone"
        else:
            result = f"stopped by {'Ctrl-C' if self.end.get('error') == 'KeyboardInterrupt' else 'an error'}"
        return f"{result}, as message {copy}" if isinstance(copy, str) else result


@dataclass(slots=True)
class History:
    """The actions since a time, oldest first."""

    group: str
    actions: list[Action] = field(default_factory=list)
    unreadable: int = 0

    def about(
        self, typed: str, message_ids: Collection[str], deaths: Mapping[str, datetime]
    ) -> Iterator[tuple[Action, Step]]:
        """The actions that changed the order or a letter of it, and those that perhaps did.

        The latter are merges of tables, and the next action after a death that names no letters, if no action names
        that letter. `deaths` has the time at which each message of the order became a dead letter.
        """
        known = set(message_ids)
        certain: list[Action] = []
        for action in self.actions:
            if action.is_about(typed, known):
                certain.append(action)
                known |= action.message_ids if action.begun["history"] == "edit" else set()
        named = {one for action in certain for one in action.message_ids}
        unexplained = [at for message_id, at in deaths.items() if message_id not in named]
        for action in self.actions:
            if action in certain:
                yield action, action.step(self.group, is_certain=True)
            elif not action.names_letters and (
                action.begun["history"] == MERGE or any(at <= action.at for at in unexplained)
            ):
                yield action, action.step(self.group, is_certain=False)
                unexplained = [at for at in unexplained if at > action.at]

    def gaps(self) -> Iterator[Gap]:
        if self.unreadable:
            problem = f"{counted(self.unreadable, 'record')} of the history cannot be read"
            yield Gap(source=f"{self.group} {HISTORY_STREAM}", problem=problem)


def history_since(system: System, since: datetime) -> History:
    """Read the actions since a time. An action without the record of its beginning is not among them."""
    history = History(system.outputs.log_group_name)
    begun: dict[str, Record] = {}
    ends: dict[str, Record] = {}
    for record in read_history(system.clients.logs, system.outputs.log_group_name, since):
        if "unreadable" in record:
            history.unreadable += 1
        elif record["step"] == "begun":
            begun[record["run"]] = record
        else:
            ends[record["run"]] = record
    history.actions += [
        Action(begun=record, end=ends.get(run)) for run, record in begun.items() if record["history"] in _DONE
    ]
    return history
