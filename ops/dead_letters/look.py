"""Looking at a queue without losing anything: what is seen is held, and given back at the end."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Self

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from ops.dead_letters.letter import Letter
from ops.publish import IN_FLIGHT

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HOLD_SECONDS = 120
"""How long a letter stays hidden when the tool is killed in the middle; until then it is held anew as needed."""
POLL_SECONDS = 1
"""A long poll asks all of SQS's servers, where a short one would miss some of the messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is remembered of a letter: little, because there may be many. Its whole is on disk."""

    message_id: str
    logged_as: str
    order_id: str | None
    first_seen: datetime
    receipt: str
    position: int
    """Where its line begins in the spool, in bytes."""


class Look(AbstractContextManager["Look"]):
    """Every message of a queue that can be seen, each once, held until the end of the block.

    Whatever is received again counts once. At the end of the block, also after Ctrl-C, all that is still held is made
    visible again. Memory grows by the index alone: the letters themselves go to an unnamed file.
    """

    def __init__(self, sqs: "SQSClient", queue_url: str, *, told: Callable[[int], None] = lambda _count: None) -> None:
        self._sqs = sqs
        self._url = queue_url
        self._told = told
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of the block
        self._lock = Lock()
        self._stop = Event()
        self._held_at = time.monotonic()
        self._seen: dict[str, Seen] = {}

    def __enter__(self) -> Self:
        try:
            with ThreadPoolExecutor(IN_FLIGHT) as threads:
                workers = [threads.submit(self._receive_all) for _ in range(IN_FLIGHT)]
                try:
                    for worker in workers:
                        worker.result()
                finally:
                    self._stop.set()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __len__(self) -> int:
        return len(self._seen)

    @property
    def seen(self) -> Sequence[Seen]:
        """What is held, oldest first."""
        return sorted(self._seen.values(), key=lambda seen: (seen.first_seen, seen.message_id))

    def whole(self, seen: Seen) -> Letter:
        """The letter itself."""
        with self._lock:
            self._spool.seek(seen.position)
            line = self._spool.readline()
        return Letter.from_json(line.decode())

    def unseen(self) -> int:
        """About how many messages the queue has that are not held here: SQS's own figures are approximate."""
        counts = self._sqs.get_queue_attributes(
            QueueUrl=self._url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return max(0, sum(map(int, counts.values())) - len(self._seen))

    def hold_on(self) -> None:
        """Hold all for as long again, where the time is running out. For whoever keeps the block open."""
        if time.monotonic() - self._held_at > HOLD_SECONDS / 3:
            self._held_at = time.monotonic()
            with self._lock:
                held = list(self._seen.values())
            self._change_visibility(held, HOLD_SECONDS)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Hold on for as long as the block lasts, in which somebody thinks."""
        ended = Event()

        def keep() -> None:
            while not ended.wait(HOLD_SECONDS / 6):
                self.hold_on()

        keeper = Thread(target=keep, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def give_back(self, these: Iterable[Seen]) -> None:
        """Make letters visible again."""
        these = list(these)
        self._change_visibility(these, 0)
        self.forget(these)

    def forget(self, these: Iterable[Seen]) -> None:
        """Not to be given back at the end: they were given back, or are deleted."""
        for seen in these:
            self._seen.pop(seen.message_id, None)

    def _receive_all(self) -> None:
        """Receive until nothing new comes, or SQS lets nobody receive more."""
        while not self._stop.is_set():
            self.hold_on()
            try:
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=MAX_ENTRIES,
                    VisibilityTimeout=HOLD_SECONDS,
                    WaitTimeSeconds=POLL_SECONDS,
                    AttributeNames=["All"],
                    MessageAttributeNames=["All"],
                )
            except self._sqs.exceptions.OverLimit:  # 120,000 are in flight: what is not seen is told (`unseen`).
                return
            messages = answer.get("Messages", [])
            new = sum(self._note(Letter.received(message), message["ReceiptHandle"]) for message in messages)
            if not new:
                return
            self._told(new)

    def _note(self, letter: Letter, receipt: str) -> bool:
        """Whether it is a new one. Of one that is known, the latest receipt counts."""
        order_id, line = letter.order_id, letter.as_json().encode() + b"\n"
        with self._lock:
            known = self._seen.get(letter.message_id)
            position = known.position if known else self._spool.seek(0, 2)
            if not known:
                self._spool.write(line)
            self._seen[letter.message_id] = Seen(
                message_id=letter.message_id,
                logged_as=letter.logged_as,
                order_id=order_id,
                first_seen=letter.first_seen,
                receipt=receipt,
                position=position,
            )
        return known is None

    def _end(self) -> None:
        try:
            self._change_visibility(self._seen.values(), 0)
        finally:
            self._spool.close()

    def _change_visibility(self, these: Iterable[Seen], seconds: int) -> None:
        """What is refused one by one is visible or gone by now, so that nothing is left to do for it."""

        def change(chunk: Sequence[Seen]) -> None:
            entries: Any = [
                {"Id": str(position), "ReceiptHandle": seen.receipt, "VisibilityTimeout": seconds}
                for position, seen in enumerate(chunk)
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

        with ThreadPoolExecutor(IN_FLIGHT) as threads:
            for _ in threads.map(change, chunked(list(these), MAX_ENTRIES)):
                pass  # A request that failed as a whole is raised here.
