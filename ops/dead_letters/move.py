"""Moves messages to another queue: send first, then record the result in the journal, then delete.

A letter whose lease was lost is neither sent nor deleted: somebody else may have it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handler.chunks import batches, chunked
from handler.queue import MAX_ENTRIES
from ops.clients import IN_FLIGHT
from ops.condition import ConditionEnded, only_while
from ops.dead_letters.journal import Journal
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import GROUP, MAX_BYTES, TRACE, Letter
from ops.dead_letters.look import Look
from ops.pacer import Pacer
from ops.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

INVALID = frozenset({"InvalidParameterValue", "InvalidAttributeValue", "InvalidMessageContents", "MissingParameter"})
"""Error codes of SQS for a request with a letter that it never accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The result of one send request, by message ID of the letters."""

    copies: Mapping[str, str]
    """The message IDs of the copies of those letters that SQS accepted."""
    rejected: Mapping[str, str]
    """The reasons why SQS did not accept the other letters."""
    lost: Collection[str] = ()
    """The letters that were not sent, because their leases were lost."""


def send(sqs: "SQSClient", queue_url: str, letters: Sequence[Letter], journal: Journal) -> SendResult:
    """Send copies with one request. The letters must fit into one batch."""
    empty = {letter.message_id: "SQS takes no message without a body" for letter in letters if not letter.body}
    letters = [letter for letter in letters if letter.body]
    if not letters:
        return SendResult(copies={}, rejected=empty)
    journal.sending([letter.message_id for letter in letters])
    try:
        answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=[_entry(*pair) for pair in enumerate(letters)])
    except sqs.exceptions.ClientError as error:
        if (code := error.response["Error"]["Code"]) not in INVALID:
            raise
        return _send_each(sqs, queue_url, letters, journal, empty, f"{code}: {error.response['Error']['Message']}")
    copies = {letters[int(entry["Id"])].message_id: entry["MessageId"] for entry in answer.get("Successful", [])}
    rejected = {
        letters[int(entry["Id"])].message_id: f"{entry['Code']}: {entry.get('Message', '')}"
        for entry in answer.get("Failed", [])
    }
    journal.sent(copies, list(rejected))
    return SendResult(copies=copies, rejected=empty | rejected)


def _send_each(
    sqs: "SQSClient", queue_url: str, letters: Sequence[Letter], journal: Journal, rejected: Mapping[str, str], why: str
) -> SendResult:
    """Send the letters of a request that SQS rejected as a whole: one letter can be the reason for all."""
    if len(letters) == 1:
        journal.sent({}, [letters[0].message_id])
        return SendResult(copies={}, rejected={**rejected, letters[0].message_id: why})
    results = [send(sqs, queue_url, [letter], journal) for letter in letters]
    return SendResult(
        copies={old: copy for result in results for old, copy in result.copies.items()},
        rejected={**rejected, **{old: reason for result in results for old, reason in result.rejected.items()}},
    )


def _entry(position: int, letter: Letter) -> Any:
    entry: dict[str, Any] = {
        "Id": str(position),
        "MessageBody": letter.body,
        "MessageAttributes": dict(letter.attributes),
    }
    if trace := letter.system.get(TRACE):
        entry["MessageSystemAttributes"] = {TRACE: {"DataType": "String", "StringValue": trace}}
    if group := letter.system.get(GROUP):
        entry[GROUP] = group
    return entry


def delete(sqs: "SQSClient", queue_url: str, look: Look, leases: Sequence[Lease]) -> list[Lease]:
    """Delete letters that are safe elsewhere, and return the deleted ones.

    Letters whose leases were lost are left alone, and SQS can fail to delete others.
    """
    deleted: list[Lease] = []
    for chunk in chunked(leases, MAX_ENTRIES):
        deleted += _delete_batch(sqs, queue_url, look, look.hold(chunk))
    return deleted


def _delete_batch(sqs: "SQSClient", queue_url: str, look: Look, leases: Sequence[Lease]) -> list[Lease]:
    if not leases:
        return []
    entries: Any = [{"Id": str(position), "ReceiptHandle": lease.receipt} for position, lease in enumerate(leases)]
    try:
        with only_while(lambda: look.holds(leases)):
            answer = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    except ConditionEnded:
        return []
    gone = [leases[int(entry["Id"])] for entry in answer.get("Successful", [])]
    look.forget(gone)
    return gone


class Mover:
    """Moves the letters of a look. If it is killed, each letter is in one of the two queues or in both."""

    def __init__(
        self,
        sqs: "SQSClient",
        look: Look,
        journal: Journal,
        *,
        source: str,
        target: str,
        change: Callable[[Letter], Letter] = lambda letter: letter,
    ) -> None:
        """`change` gives what is sent in place of a letter."""
        self._sqs = sqs
        self._look = look
        self._journal = journal
        self._source = source
        self._target = target
        self._change = change
        self._stopped = False

    def move(self, leases: Iterable[Lease], *, rate: float | None = None) -> Iterator[SendResult]:
        """Move letters in batches, several at once, at most `rate` letters a second. Yield the result of each batch.

        After `stop`, no further batch begins, but those in progress are completed.
        """
        in_progress: set[Future[SendResult]] = set()
        pacer = Pacer(rate)
        with Threads(IN_FLIGHT) as threads:
            for batch in batches(leases, self._size_of, max_items=pacer.batch_size(MAX_ENTRIES), max_bytes=MAX_BYTES):
                pacer.wait(len(batch))
                self._look.renew_if_due()
                in_progress.add(threads.submit(self._move_batch, batch))
                is_full = len(in_progress) >= IN_FLIGHT
                done, in_progress = wait(in_progress, None if is_full else 0, FIRST_COMPLETED)
                yield from (future.result() for future in done)
                if self._stopped:
                    break
            yield from (future.result() for future in wait(in_progress).done)

    def stop(self) -> None:
        self._stopped = True

    def delete(self, leases: Sequence[Lease]) -> list[Lease]:
        """Delete letters whose copies were sent, and return the deleted ones."""
        deleted: list[Lease] = []
        for chunk in chunked(leases, MAX_ENTRIES):
            gone = delete(self._sqs, self._source, self._look, chunk)
            self._journal.deleted([lease.message_id for lease in gone])
            deleted += gone
        return deleted

    def _size_of(self, lease: Lease) -> int:
        return self._letter(lease).size

    def _letter(self, lease: Lease) -> Letter:
        return self._change(self._look.letter(lease))

    def _move_batch(self, batch: Sequence[Lease]) -> SendResult:
        letters = {lease.message_id: self._letter(lease) for lease in batch}
        held = self._look.hold(batch)
        try:
            with only_while(lambda: self._look.holds(held)):
                result = send(self._sqs, self._target, [letters[lease.message_id] for lease in held], self._journal)
        except ConditionEnded:
            return SendResult(copies={}, rejected={}, lost=list(letters))
        self.delete([lease for lease in held if lease.message_id in result.copies])
        return replace(result, lost=letters.keys() - {lease.message_id for lease in held})
