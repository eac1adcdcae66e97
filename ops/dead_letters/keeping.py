"""Keeps the leases of a look: renews them in time, and notices which of them were lost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from ops.dead_letters.index import LeaseIndex
from ops.dead_letters.lease import Lease, elapsed_seconds, set_visibility_timeout
from ops.dead_letters.timing import Timing
from ops.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class LeaseKeeper:
    """Renews leases as soon as a third of their time is over. Several threads may use it.

    A process can be stopped, and a machine suspended, for longer than a lease lasts. SQS then delivers the letter to
    somebody else. The only signs are the clock, and that SQS does not renew the lease. Such a lease is removed.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        queue_url: str,
        index: LeaseIndex,
        timing: Timing,
        *,
        clock: Callable[[], float] = elapsed_seconds,
    ) -> None:
        self._sqs = sqs
        self._url = queue_url
        self._index = index
        self._timing = timing
        self._clock = clock
        self._lock = Lock()
        self._due_at = clock() + timing.lease_seconds / 3

    def end_of_new_lease(self) -> float:
        """When a lease ends that is requested now. SQS counts from its answer, which is later."""
        return self._clock() + self._timing.lease_seconds

    def renew_if_due(self) -> None:
        """Renew every lease of which a third is over. One thread does it; the others go on."""
        if self._clock() <= self._due_at or not self._lock.acquire(blocking=False):
            return
        try:
            # Not again at once if SQS does not answer.
            self._due_at = self._clock() + self._timing.lease_seconds / 12
            self._renew(self._index.ending_before(self._clock() + self._timing.lease_seconds * 2 / 3))
            earliest = self._index.earliest_end(default=self.end_of_new_lease())
            self._due_at = max(self._due_at, earliest - self._timing.lease_seconds * 2 / 3)
        finally:
            self._lock.release()

    @contextmanager
    def in_background(self) -> Iterator[None]:
        """Renew until the end of the block, which may take any time.

        If AWS does not answer, the leases are not renewed. `hold` finds that out.
        """
        ended = Event()

        def keep_renewing() -> None:
            while not ended.wait(self._timing.lease_seconds / 6):
                with suppress(BotoCoreError, ClientError):
                    self.renew_if_due()

        thread = Thread(target=keep_renewing, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def hold(self, leases: Sequence[Lease]) -> list[Lease]:
        """Return those leases that last a while longer. The others were lost.

        Renews the leases that have ended or may end soon. SQS renews none whose letter somebody else has.
        """
        soon = self._clock() + self._timing.lease_seconds / 3
        self._renew(self._index.ending_before(soon, leases))
        return self._index.lasting(leases, self._clock())

    def holds(self, leases: Sequence[Lease]) -> bool:
        """Whether none of these leases has ended, by the clock alone."""
        return len(self._index.lasting(leases, self._clock())) == len(leases)

    def release(self, leases: Sequence[Lease]) -> None:
        """Make letters visible again. Those whose lease has ended are visible, or somebody else has them."""
        with self._lock:  # A renewal at the same time could hide them again.
            self._set_visibility_timeout(self._index.lasting(leases, self._clock()), 0)
            self._index.remove(leases)

    def _renew(self, leases: Sequence[Lease]) -> None:
        self._set_visibility_timeout(leases, self._timing.lease_seconds)

    def _set_visibility_timeout(self, leases: Sequence[Lease], seconds: int) -> None:
        def change(chunk: Sequence[Lease]) -> None:
            ends_at = self._clock() + seconds
            answer = set_visibility_timeout(self._sqs, self._url, chunk, seconds)
            self._index.extend(answer.changed, ends_at)
            self._index.remove_lost(answer.lost)

        if not leases:
            return
        if len(leases) <= MAX_ENTRIES:
            change(leases)
            return
        with Threads(self._timing.requests_in_flight) as threads:
            for _ in threads.map(change, chunked(leases, MAX_ENTRIES)):
                pass  # This raises the error of a request that failed as a whole.
