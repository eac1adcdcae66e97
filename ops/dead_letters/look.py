"""A look: one reading of every visible dead letter, which loses none and releases all at its end."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Self

from handler.queue import MAX_ENTRIES
from ops.dead_letters.index import LeaseIndex
from ops.dead_letters.keeping import LeaseKeeper
from ops.dead_letters.lease import Lease, elapsed_seconds
from ops.dead_letters.letter import Letter
from ops.dead_letters.timing import Timing
from ops.errors import NoAccess
from ops.queues import count_messages, name_of_queue
from ops.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Look(AbstractContextManager["Look"]):
    """Leases every visible message of a queue, each once, and releases them at the end of the block.

    After Ctrl-C or an error it releases them, too. Leases end during a long block unless the caller renews them with
    `renew_if_due` or `renewing`. Even then they can end: call `hold` before each change of a letter.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        queue_url: str,
        *,
        timing: Timing | None = None,
        on_progress: Callable[[int], None] = lambda _count: None,
        clock: Callable[[], float] = elapsed_seconds,
        wanted: str = "",
    ) -> None:
        """`on_progress` receives the number of letters that are new since its last call.

        As soon as the letter with the message ID `wanted` is received, the look receives no other letters.
        """
        self.timing = timing or Timing()
        self._sqs = sqs
        self._url = queue_url
        self._on_progress = on_progress
        self._wanted = wanted
        self._index = LeaseIndex()
        self._keeper = LeaseKeeper(sqs, queue_url, self._index, self.timing, clock=clock)
        self._stop = Event()

    def __enter__(self) -> Self:
        try:
            self._receive_all()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __len__(self) -> int:
        return len(self._index)

    @property
    def leases(self) -> Sequence[Lease]:
        """The leases that this look holds, oldest letter first."""
        return sorted(self._index.leases(), key=lambda lease: (lease.first_seen, lease.message_id))

    @property
    def has_wanted(self) -> bool:
        """Whether the look received the wanted letter. It may then not have received every visible letter."""
        return self._wanted in self._index

    def letter(self, lease: Lease) -> Letter:
        """The whole letter of a lease."""
        return self._index.letter(lease)

    def count_others(self) -> int:
        """The approximate number of messages in the queue that this look does not hold."""
        return max(0, count_messages(self._sqs, self._url).total - len(self))

    def retention(self) -> timedelta:
        """How long SQS keeps a message after its order was first queued. Raises NoAccess if the queue does not say."""
        found = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["MessageRetentionPeriod"])
        seconds = found.get("Attributes", {}).get("MessageRetentionPeriod")
        if seconds is None:  # Some emulators keep every message.
            name = name_of_queue(self._url)
            raise NoAccess(f"{name} has no MessageRetentionPeriod, as every queue on AWS has: check its endpoint")
        return timedelta(seconds=int(seconds))

    def renew_if_due(self) -> None:
        """Renew the leases of which a third is over."""
        self._keeper.renew_if_due()

    def renewing(self) -> AbstractContextManager[None]:
        """Renew all leases in the background until the end of a block."""
        return self._keeper.in_background()

    def hold(self, leases: Sequence[Lease]) -> list[Lease]:
        """Return those leases that last a while longer, after a renewal if necessary. The others were lost."""
        return self._keeper.hold(leases)

    def holds(self, leases: Sequence[Lease]) -> bool:
        """Whether none of these leases has ended. Sends no request."""
        return self._keeper.holds(leases)

    def release(self, leases: Iterable[Lease]) -> None:
        """Make letters visible again."""
        self._keeper.release(list(leases))

    def forget(self, leases: Iterable[Lease]) -> None:
        """Do not release these leases at the end, because they ended before."""
        self._index.remove(leases)

    def _receive_all(self) -> None:
        requests = self.timing.requests_in_flight
        with Threads(requests) as threads:
            try:
                for worker in [threads.submit(self._receive_until_empty) for _ in range(requests)]:
                    worker.result()
            finally:
                self._stop.set()

    def _receive_until_empty(self) -> None:
        """Receive until SQS returns no new message, or allows no further one in flight."""
        while not self._stop.is_set():
            self.renew_if_due()
            ends_at = self._keeper.end_of_new_lease()
            try:
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=MAX_ENTRIES,
                    VisibilityTimeout=self.timing.lease_seconds,
                    WaitTimeSeconds=self.timing.poll_seconds,
                    AttributeNames=["All"],
                    MessageAttributeNames=["All"],
                )
            except self._sqs.exceptions.OverLimit:  # 120,000 are in flight. `count_others` reports the rest.
                return
            messages = answer.get("Messages", [])
            new = sum(
                self._index.add(Letter.received(message), message["ReceiptHandle"], ends_at=ends_at)
                for message in messages
            )
            if not new:
                return
            self._on_progress(new)
            if self.has_wanted:
                self._stop.set()

    def _end(self) -> None:
        try:
            self._keeper.release(self._index.leases())
        finally:
            self._index.close()
