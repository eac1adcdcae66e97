"""Follows redriven letters until each is stored or failed again."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from handler.outcome import Kind
from ops.dead_letters.failures import read_failures
from ops.dead_letters.forecast import outcomes
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.queues import delivery_seconds
from ops.system import System

IN_TABLE = frozenset({Kind.DUPLICATE, Kind.STALE})
"""The outcomes that an order has as soon as the table contains its version or a later one."""
CLOCK_DIFFERENCE = timedelta(minutes=1)
"""The most by which the clocks of this machine and of the function may differ."""


class RedriveTracker:
    """Letters that were sent again, by the message ID of their copies."""

    def __init__(self, system: System, look: Look, *, on_settled: Callable[[int], None]) -> None:
        """`on_settled` receives the number of letters that were stored or failed since its last call."""
        delivery = delivery_seconds(system.clients.sqs, system.outputs.queue_url)
        self._patience_seconds = delivery + look.timing.slack_seconds
        self._system = system
        self._look = look
        self._on_settled = on_settled
        self._since = datetime.now(UTC) - CLOCK_DIFFERENCE
        self._checked_at = time.monotonic()
        self.pending: dict[str, Lease] = {}
        self.stored: dict[str, Lease] = {}
        self.failed: dict[str, tuple[Lease, str]] = {}
        """With the reason of the failure."""
        self.back: set[str] = set()
        """Those failed copies that a look found in OrderDLQ."""

    def add(self, copies: Mapping[str, Lease]) -> None:
        self.pending |= copies

    @property
    def sent(self) -> int:
        return len(self.pending) + len(self.stored) + len(self.failed)

    @property
    def failed_share(self) -> float:
        """The share of the sent letters that failed again, from 0 to 1."""
        return len(self.failed) / self.sent if self.sent else 0.0

    def check_if_due(self) -> None:
        if time.monotonic() - self._checked_at > self._look.timing.check_seconds:
            self.check()

    def check(self) -> None:
        """Read from the log which letters failed again, and from the table which are stored."""
        before = len(self.pending)
        self._look.renew_if_due()
        self._read_log()
        self._read_table()
        self._checked_at = time.monotonic()
        self._on_settled(before - len(self.pending))

    def wait(self, *, for_one: bool = False) -> None:
        """Check until the result of every letter is known. With `for_one`, one result is enough.

        Give up when the last attempt must be over.
        """
        began = time.monotonic()
        while self.pending and time.monotonic() - began < self._patience_seconds:
            self.check()
            if for_one and (self.stored or self.failed):
                return
            if self.pending:
                time.sleep(self._look.timing.check_seconds)
        if self.pending:
            self._look_into_dead_letters()

    def wait_until_back(self) -> None:
        """Wait until every letter that failed again is in OrderDLQ: until then, SQS still delivers it."""
        began = time.monotonic()
        while self.failed.keys() - self.back and time.monotonic() - began < self._patience_seconds:
            self._look_into_dead_letters()

    def _read_log(self) -> None:
        logs, group = self._system.clients.logs, self._system.outputs.log_group_name
        for failure in read_failures(logs, group, self._since) if self.pending else ():
            if failure.is_final:
                self._fail(failure.message_id, failure.reason)

    def _read_table(self) -> None:
        copies = {lease.message_id: copy for copy, lease in self.pending.items()}
        for lease, outcome in outcomes(self._system, self._look.letter, list(self.pending.values())):
            if outcome.kind in IN_TABLE:
                copy = copies[lease.message_id]
                self.stored[copy] = self.pending.pop(copy)

    def _look_into_dead_letters(self) -> None:
        self._look.renew_if_due()
        queue = self._system.outputs.dead_letter_queue_url
        with Look(self._system.clients.sqs, queue, timing=self._look.timing) as look:
            self._find_back(look.leases)

    def _find_back(self, dead_letters: Sequence[Lease]) -> None:
        """A letter that is in OrderDLQ again has failed, even if the log does not contain the failure."""
        for lease in dead_letters:
            self._fail(lease.message_id, "no attempt in the log since it was sent")
        self.back |= self.failed.keys() & {lease.message_id for lease in dead_letters}

    def _fail(self, copy: str, reason: str) -> None:
        if copy in self.pending:
            self.failed[copy] = self.pending.pop(copy), reason
