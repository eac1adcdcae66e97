"""Leases: temporary holds on dead letters, which hide them from others."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A temporary hold on one dead letter, and the few facts about it that stay in memory."""

    message_id: str
    logged_as: str
    """The message ID under which the log contains the first failures of the letter."""
    order_id: str | None
    first_seen: datetime
    receipt: str
    """The receipt handle of the latest receive. SQS accepts no other one."""
    position: int
    """The byte at which the letter begins in the spool."""

    @property
    def name(self) -> str:
        """The order ID, or the message ID if the letter contains no order ID."""
        return self.order_id or self.message_id


class LeaseRenewal:
    """Renews leases before they end: as soon as a third of their time is over."""

    def __init__(
        self, renew: Callable[[], None], lease_seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._renew = renew
        self._lease_seconds = lease_seconds
        self._clock = clock
        self._lock = Lock()
        self._renewed_at = clock()

    def renew_if_due(self) -> None:
        """Renew if it is time. Several threads may call this."""
        if self._is_due():
            self._renew()

    @contextmanager
    def in_background(self) -> Iterator[None]:
        """Renew until the end of the block, in which the operator may take any time."""
        ended = Event()

        def keep_renewing() -> None:
            while not ended.wait(self._lease_seconds / 6):
                self.renew_if_due()

        thread = Thread(target=keep_renewing, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _is_due(self) -> bool:
        """Whether it is time to renew. One thread gets the answer yes."""
        with self._lock:
            now = self._clock()
            is_due = now - self._renewed_at > self._lease_seconds / 3
            if is_due:
                self._renewed_at = now
            return is_due


def set_visibility_timeout(
    sqs: "SQSClient", queue_url: str, leases: Collection[Lease], seconds: int, *, requests_in_flight: int
) -> None:
    """Let leases end after a number of seconds. 0 releases them at once.

    SQS rejects an entry if the letter is already visible or deleted. In both cases, no action is necessary.
    """

    def change(chunk: Sequence[Lease]) -> None:
        entries: Any = [
            {"Id": str(position), "ReceiptHandle": lease.receipt, "VisibilityTimeout": seconds}
            for position, lease in enumerate(chunk)
        ]
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)

    with ThreadPoolExecutor(requests_in_flight) as threads:
        for _ in threads.map(change, chunked(list(leases), MAX_ENTRIES)):
            pass  # This raises the error of a request that failed as a whole.
