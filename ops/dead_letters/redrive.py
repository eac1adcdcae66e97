"""Sending dead letters to the queue again: a first one alone, then the rest while few of them fail again."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ops.dead_letters.fate import Followed, outcomes
from ops.dead_letters.journal import Journal
from ops.dead_letters.look import Look, Seen
from ops.dead_letters.transfer import Mover, Sent
from ops.system import System, redrive_settings

LOOK_SECONDS = 1
"""How often the log and the table are asked what became of what was sent."""
SLACK_SECONDS = 30
"""How long the last attempt, its log record and the move to the dead letters may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast: letters a second at most, None as fast as it goes; and from which failing share on no more."""

    rate: float | None
    stop_at: float
    wait: bool
    """Whether to follow each letter to its end."""


@dataclass(slots=True, kw_only=True)
class Redriven:
    """What came of it, by message id of the letters."""

    refused: dict[str, str] = field(default_factory=dict)
    """What SQS did not take, with the reason: these are still dead letters."""
    sent_before: list[Seen] = field(default_factory=list)
    """What a run that was killed had sent already: just deleted."""
    followed: Followed
    stopped: str = ""
    """Why not all were sent."""
    not_sent: int = 0

    @property
    def is_complete(self) -> bool:
        return not (self.refused or self.stopped or self.followed.failed)


class Redrive:
    """One run. `told` is called with what has happened since it was called last: letters sent, letters settled."""

    def __init__(
        self, system: System, look: Look, journal: Journal, pace: Pace, *, told: Callable[[int, int], None]
    ) -> None:
        self._system = system
        self._look = look
        self._pace = pace
        self._told = told
        self._source = system.output("deadLetterQueueUrl")
        self._target = system.output("queueUrl")
        self._mover = Mover(system.sqs, look, journal, source=self._source, target=self._target)
        visibility, receives = redrive_settings(system.sqs, self._target)
        self._patience = visibility * receives + SLACK_SECONDS
        # The clocks of this machine and of the function may differ.
        self.result = Redriven(followed=Followed(system, look, datetime.now(UTC) - timedelta(seconds=60)))
        self._looked_at = time.monotonic()

    def run(self, letters: Sequence[Seen], *, before: Mapping[str, str]) -> None:
        """Redrive letters that are held, but for those `before`, which are known to be sent: these are deleted.

        What comes of it is in `result`, also where an error or Ctrl-C ends the run.
        """
        result = self.result
        result.sent_before = [seen for seen in letters if seen.message_id in before]
        self._mover.delete(result.sent_before)
        waiting = [seen for seen in letters if seen.message_id not in before]
        if len(waiting) > 1:
            first = self._most_hopeful(waiting)
            self._send([first])
            self._follow(one_is_enough=True)
            waiting = [seen for seen in waiting if seen is not first]
            if not result.followed.stored:
                result.stopped = "the first one, sent alone, did not get into the table"
        if not result.stopped:
            waiting = self._send(waiting)
        result.not_sent = len(waiting)
        if self._pace.wait:
            self._follow()
            self._see_back()

    def _most_hopeful(self, letters: Sequence[Seen]) -> Seen:
        """The oldest that would be stored, or the oldest of all."""
        hopeful = (seen for seen, outcome in outcomes(self._system, self._look, letters) if outcome.succeeded)
        return next(hopeful, letters[0])

    def _send(self, letters: Sequence[Seen]) -> list[Seen]:
        """Send until all are, or too many fail again; what is left is returned."""
        left = {seen.message_id: seen for seen in letters}
        for sent in self._mover.move(letters, rate=self._pace.rate):
            self._note(sent, left)
            if time.monotonic() - self._looked_at > LOOK_SECONDS:
                self._ask()
            share = self.result.followed.failed_share
            if share > self._pace.stop_at:
                self._mover.stop()
                self.result.stopped = f"{share:.0%} of what was sent failed again"
        return list(left.values())

    def _note(self, sent: Sent, left: dict[str, Seen]) -> None:
        self.result.refused |= sent.refused
        self.result.followed.add({copy: left.pop(message_id) for message_id, copy in sent.copies.items()})
        for message_id in sent.refused:
            left.pop(message_id)
        self._told(len(sent.copies) + len(sent.refused), 0)

    def _ask(self) -> None:
        before = len(self.result.followed.pending)
        self._look.hold_on()
        self.result.followed.look()
        self._looked_at = time.monotonic()
        self._told(0, before - len(self.result.followed.pending))

    def _follow(self, *, one_is_enough: bool = False) -> None:
        """Ask until all is known of what was sent, or nothing more will come."""
        followed = self.result.followed
        began = time.monotonic()
        while followed.pending and time.monotonic() - began < self._patience:
            self._ask()
            if one_is_enough and (followed.stored or followed.failed):
                return
            if followed.pending:
                time.sleep(LOOK_SECONDS)
        if followed.pending:
            self._look_into_dead_letters()

    def _see_back(self) -> None:
        """Wait until what failed is among the dead letters again: until then SQS still tries it."""
        followed = self.result.followed
        began = time.monotonic()
        while followed.failed.keys() - followed.back and time.monotonic() - began < self._patience:
            self._look_into_dead_letters()

    def _look_into_dead_letters(self) -> None:
        self._look.hold_on()
        with Look(self._system.sqs, self._source) as back:
            self.result.followed.look_into(back.seen)
