"""Moving messages from one queue to another: sent first, deleted after, each step written down in between."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from ops.dead_letters.journal import Journal
from ops.dead_letters.letter import MAX_BYTES, TRACE, Letter
from ops.dead_letters.look import Look, Seen
from ops.publish import IN_FLIGHT

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Of a batch: the copies' message ids by those of the letters, and why others were refused."""

    copies: Mapping[str, str]
    refused: Mapping[str, str]


def send(sqs: "SQSClient", queue_url: str, letters: Sequence[Letter], journal: Journal) -> Sent:
    """Send copies of at most ten letters, not larger than one batch together, with one request."""
    empty = {letter.message_id: "SQS takes no message without a body" for letter in letters if not letter.body}
    letters = [letter for letter in letters if letter.body]
    if not letters:
        return Sent(copies={}, refused=empty)
    journal.sending([letter.message_id for letter in letters])
    answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=[_entry(*pair) for pair in enumerate(letters)])
    copies = {letters[int(one["Id"])].message_id: one["MessageId"] for one in answer.get("Successful", [])}
    refused = {
        letters[int(one["Id"])].message_id: f"{one['Code']}: {one.get('Message', '')}"
        for one in answer.get("Failed", [])
    }
    journal.sent(copies, list(refused))
    return Sent(copies=copies, refused=empty | refused)


def _entry(position: int, letter: Letter) -> Any:
    entry: dict[str, Any] = {
        "Id": str(position),
        "MessageBody": letter.body,
        "MessageAttributes": dict(letter.attributes),
    }
    if trace := letter.system.get(TRACE):
        entry["MessageSystemAttributes"] = {TRACE: {"DataType": "String", "StringValue": trace}}
    return entry


def delete(sqs: "SQSClient", queue_url: str, look: Look, letters: Sequence[Seen]) -> list[Seen]:
    """Delete letters that are held and safe elsewhere, and return which are gone.

    One that somebody else has received since may stay.
    """
    gone: list[Seen] = []
    for chunk in chunked(letters, MAX_ENTRIES):
        entries: Any = [{"Id": str(position), "ReceiptHandle": seen.receipt} for position, seen in enumerate(chunk)]
        answer = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
        deleted = [chunk[int(one["Id"])] for one in answer.get("Successful", [])]
        look.forget(deleted)
        gone += deleted
    return gone


def batches(letters: Iterable[T], letter_of: Callable[[T], Letter], most: int = MAX_ENTRIES) -> Iterator[list[T]]:
    """What belongs to letters, as many together as one request takes."""
    batch: list[T] = []
    size = 0
    for one in letters:
        length = letter_of(one).size
        if batch and (len(batch) == most or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


class Mover:
    """Moves letters that are held in a look. Where it is killed, a letter is in one of the queues, or in both."""

    def __init__(self, sqs: "SQSClient", look: Look, journal: Journal, *, source: str, target: str) -> None:
        self._sqs = sqs
        self._look = look
        self._journal = journal
        self._source = source
        self._target = target
        self._stopped = False

    def move(self, letters: Iterable[Seen], *, rate: float | None = None) -> Iterator[Sent]:
        """Move letters by tens, several batches at once, at most `rate` a second; tell of each batch when it is done.

        Whoever is told may `stop()`: then no other batch follows, but those under way still come to their end.
        """
        under_way: set[Future[Sent]] = set()
        next_at = time.monotonic()
        with ThreadPoolExecutor(IN_FLIGHT) as threads:
            for batch in batches(letters, self._look.whole, max(1, min(MAX_ENTRIES, int(rate or MAX_ENTRIES)))):
                if rate:
                    time.sleep(max(0.0, next_at - time.monotonic()))
                    next_at = max(next_at, time.monotonic()) + len(batch) / rate
                self._look.hold_on()
                under_way.add(threads.submit(self._move_batch, batch))
                full = len(under_way) >= IN_FLIGHT
                done, under_way = wait(under_way, timeout=None if full else 0, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
                if self._stopped:
                    break
            yield from (future.result() for future in wait(under_way).done)

    def stop(self) -> None:
        self._stopped = True

    def delete(self, letters: Sequence[Seen]) -> None:
        """Delete letters of which a copy was sent."""
        for chunk in chunked(letters, MAX_ENTRIES):
            gone = delete(self._sqs, self._source, self._look, chunk)
            self._journal.deleted([seen.message_id for seen in gone])

    def _move_batch(self, batch: Sequence[Seen]) -> Sent:
        sent = send(self._sqs, self._target, [self._look.whole(seen) for seen in batch], self._journal)
        self.delete([seen for seen in batch if seen.message_id in sent.copies])
        return sent
