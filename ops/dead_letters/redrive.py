"""Executes a redrive: sends dead letters to OrderQueue again.

It sends one letter first. It sends the other letters only if the table then contains the order of the first letter. It
stops if too many letters fail again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ops.dead_letters.forecast import outcomes
from ops.dead_letters.journal import Journal, journal, read_run
from ops.dead_letters.lease import Lease, without
from ops.dead_letters.look import Look
from ops.dead_letters.move import Mover, SendResult
from ops.dead_letters.named import named
from ops.dead_letters.plan import RedrivePlan
from ops.dead_letters.tracking import RedriveTracker
from ops.history import recorded
from ops.system import System

OnProgress = Callable[[int, int], None]
"""Receives the number of letters that were sent or rejected since its last call, and of those that were settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAgain:
    """A letter that was sent again and failed again."""

    lease: Lease
    copy: str
    """The message ID under which it was sent."""
    reason: str
    is_back: bool
    """Whether it was found in OrderDLQ again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveResult:
    """What a run did with each of its letters."""

    stored: Sequence[Lease]
    """Letters whose order the table contains, at their version or a later one."""
    failed: Sequence[FailedAgain]
    pending: Sequence[Lease]
    """Letters that were sent, and whose result is not known."""
    rejected: Sequence[tuple[Lease, str]]
    """Letters that SQS did not accept, with the reason. They are still in OrderDLQ."""
    lost: Sequence[Lease]
    """Letters that were left alone, because their leases ended and somebody else may have them."""
    sent_before: Sequence[Lease]
    """Letters that a stopped run sent and that this run only deleted."""
    not_sent: int
    stopped: str
    """Why the run did not send all letters. Empty if it did."""
    waited: bool
    """Whether the run followed each letter until its result was known."""
    is_settled: bool
    """Whether every letter that was sent is deleted from OrderDLQ."""

    @property
    def is_complete(self) -> bool:
        """Whether every letter was sent and deleted, and none is known to have failed again."""
        is_all_sent = not (self.rejected or self.lost or self.stopped)
        return is_all_sent and self.is_settled and not (self.failed or (self.waited and self.pending))

    def counts(self) -> Mapping[str, int | str]:
        """The numbers of letters, by their names in JSON output and in the history."""
        return {
            "sent": len(self.stored) + len(self.failed) + len(self.pending),
            "inTable": len(self.stored),
            "failedAgain": len(self.failed),
            "notFollowed": len(self.pending),
            "rejected": len(self.rejected),
            "lost": len(self.lost),
            "sentBefore": len(self.sent_before),
            "notSent": self.not_sent,
            **({"stopped": self.stopped} if self.stopped else {}),
        }


def run_redrive(system: System, look: Look, plan: RedrivePlan, on_progress: OnProgress) -> RedriveResult:
    """Execute a plan, and release all letters that it does not contain."""
    planned = {lease.message_id for lease in plan.leases}
    look.release([lease for lease in look.leases if lease.message_id not in planned])
    details = {"letters": len(planned), "resumed": plan.is_resumed, "chosen": plan.chosen, **named(plan.leases)}
    with (
        journal(plan.journal) as steps,
        recorded(system, "redrive", reason=plan.reason, journal=steps.run, **details) as record,
    ):
        _record_begin(steps, plan)
        sent_before = len(read_run(plan.journal).sent)
        redrive = Redrive(system, look, steps, plan, on_progress)
        try:
            redrive.run()
        finally:
            # After Ctrl-C, only the journal contains what the batches in progress have sent.
            sent = len(read_run(plan.journal).sent) - sent_before
            result = redrive.result()
            unknown = sent - len(result.stored) - len(result.failed)
            record.update({**result.counts(), "sent": sent, "notFollowed": unknown, "notSent": redrive.not_sent(sent)})
        result = redrive.result()
        if result.is_settled:
            steps.note("ended")
    return result


def _record_begin(steps: Journal, plan: RedrivePlan) -> None:
    if not plan.is_resumed:
        steps.note(
            "begun",
            ids=[lease.message_id for lease in plan.leases],
            rate=plan.pace.rate,
            stopAt=plan.pace.stop_at,
            wait=plan.pace.wait,
            why=plan.reason,
            chosen=plan.chosen,
        )
    if plan.already_deleted:
        steps.deleted(plan.already_deleted)


class Redrive:
    """The run of a plan. Its result can be read at any time, also after an error or Ctrl-C."""

    def __init__(self, system: System, look: Look, steps: Journal, plan: RedrivePlan, on_progress: OnProgress) -> None:
        self._system = system
        self._look = look
        self._plan = plan
        self._on_progress = on_progress
        source, target = system.letter_queue_url, system.outputs.queue_url
        self._mover = Mover(system.clients.sqs, look, steps, source=source, target=target)
        self._tracker = RedriveTracker(system, look, on_settled=lambda count: on_progress(0, count))
        self._rejected: list[tuple[Lease, str]] = []
        self._lost: list[Lease] = []
        self._sent_before: list[Lease] = []
        self._stopped = ""

    def run(self) -> None:
        """Send the letters, and delete those that a stopped run sent."""
        sent_before = [lease for lease in self._plan.leases if lease.message_id in self._plan.already_sent]
        self._sent_before = self._mover.delete(sent_before)
        self._lose(without(sent_before, self._sent_before))
        waiting = [lease for lease in self._plan.leases if lease.message_id not in self._plan.already_sent]
        if len(waiting) > 1:
            waiting = self._send_first(waiting)
        if not self._stopped:
            self._send(waiting)
        if self._plan.pace.wait:
            self._tracker.wait()
            self._tracker.wait_until_back()

    def not_sent(self, sent: int) -> int:
        """The number of letters that stay in OrderDLQ because the run stopped, if it has sent this many."""
        return len(self._plan.leases) - sent - len(self._sent_before) - len(self._rejected) - len(self._lost)

    def result(self) -> RedriveResult:
        tracker = self._tracker
        failed = [
            FailedAgain(lease=lease, copy=copy, reason=reason, is_back=copy in tracker.back)
            for copy, (lease, reason) in tracker.failed.items()
        ]
        return RedriveResult(
            stored=list(tracker.stored.values()),
            failed=failed,
            pending=list(tracker.pending.values()),
            rejected=list(self._rejected),
            lost=list(self._lost),
            sent_before=self._sent_before,
            not_sent=self.not_sent(len(tracker.stored) + len(failed) + len(tracker.pending)),
            stopped=self._stopped,
            waited=self._plan.pace.wait,
            is_settled=read_run(self._plan.journal).is_settled,
        )

    def _send_first(self, leases: Sequence[Lease]) -> list[Lease]:
        """Send one letter alone and wait for its result. Returns the others."""
        waiting = self._held(leases)
        while waiting:
            first = self._most_promising(waiting)
            waiting = [lease for lease in waiting if lease is not first]
            self._send([first])
            if first not in self._lost:
                self._tracker.wait(for_one=True)
                if not self._tracker.stored:
                    self._stopped = "the order of the first letter was not stored"
                break
            waiting = self._held(waiting)
        return waiting

    def _held(self, leases: Sequence[Lease]) -> list[Lease]:
        """Those of these leases that were not lost."""
        held = self._look.hold(leases)
        self._lose(without(leases, held))
        return held

    def _most_promising(self, leases: Sequence[Lease]) -> Lease:
        """The oldest letter that would be stored now, or the oldest letter if none would be."""
        promising = (lease for lease, outcome in outcomes(self._system, self._look.letter, leases) if outcome.succeeded)
        return next(promising, leases[0])

    def _send(self, leases: Sequence[Lease]) -> list[Lease]:
        """Send letters until too many fail again. Returns the letters that were not sent."""
        waiting = {lease.message_id: lease for lease in leases}
        for sent in self._mover.move(leases, rate=self._plan.pace.rate):
            self._add(sent, waiting)
            self._tracker.check_if_due()
            share = self._tracker.failed_share
            if share > self._plan.pace.stop_at:
                self._mover.stop()
                self._stopped = f"{share:.0%} of the sent letters failed again"
        return list(waiting.values())

    def _add(self, sent: SendResult, waiting: dict[str, Lease]) -> None:
        self._tracker.add({copy: waiting.pop(message_id) for message_id, copy in sent.copies.items()})
        self._rejected += [(waiting.pop(message_id), reason) for message_id, reason in sent.rejected.items()]
        self._lose([waiting.pop(message_id) for message_id in sent.lost])
        self._on_progress(len(sent.copies) + len(sent.rejected), 0)

    def _lose(self, leases: Sequence[Lease]) -> None:
        self._lost += leases
        self._on_progress(len(leases), 0)
