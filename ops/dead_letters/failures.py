"""Why letters failed: the processor's failure records, joined to the letters by message ID."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from handler.contract import RecordField
from handler.outcome import Kind
from ops.dead_letters.lease import Lease
from ops.log.lines import Record, failed_order_in, text_in
from ops.log.reading import EPOCH, read_log

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class FailureClass(StrEnum):
    """The kinds of failures that put an order into OrderDLQ."""

    INVALID = Kind.INVALID
    CONFLICT = Kind.CONFLICT
    TRANSIENT = Kind.TRANSIENT
    NEVER_EXECUTED = "never executed"
    """The log contains no failed attempt of the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed attempt as the processor logged it. `at` is in UTC, or None if no attempt is logged."""

    message_id: str
    order_id: str | None = None
    kind: str
    """A FailureClass, unless a later version of the processor logged another one."""
    reason: str
    signature: str
    attempt: int = 0
    max_attempts: int = 0
    at: datetime | None = None
    request_id: str = ""

    @classmethod
    def all_in(cls, record: Record) -> "Iterator[Failure]":
        """The failures in a record: none, one, or many if the processor had no time left for a record of each.

        A record of a failure names the message and the class. It can lack any other part.
        """
        kind, several = text_in(record, RecordField.ERROR_CLASS), record.get(RecordField.MESSAGE_IDS)
        ids = several if isinstance(several, list) else [record.get(RecordField.MESSAGE_ID)]
        for message_id in ids if kind else ():
            if message_id and isinstance(message_id, str):
                yield cls._in(record, message_id, kind)

    @classmethod
    def _in(cls, record: Record, message_id: str, kind: str) -> "Failure":
        reason = text_in(record, RecordField.REASON) or "the record in the log contains no reason"
        return cls(
            message_id=message_id,
            order_id=failed_order_in(record),
            kind=kind,
            reason=reason,
            signature=text_in(record, RecordField.SIGNATURE) or reason,
            attempt=_number(record, RecordField.ATTEMPT),
            max_attempts=_number(record, RecordField.MAX_ATTEMPTS),
            at=datetime.fromisoformat(record["timestamp"]).astimezone(UTC),
            request_id=text_in(record, RecordField.REQUEST_ID),
        )

    @property
    def is_final(self) -> bool:
        """Whether SQS moves the message to OrderDLQ after this attempt, or no later attempt can succeed."""
        return self.kind in {Kind.INVALID, Kind.CONFLICT} or 0 < self.max_attempts <= self.attempt

    def is_after_edit(self, lease: Lease) -> bool:
        """Whether an edited letter failed as it is now: an edit gives it a new message ID."""
        return self.message_id == lease.message_id and self.kind != FailureClass.NEVER_EXECUTED

    @property
    def group_id(self) -> str:
        """Six characters that identify the class and the signature, for use in a command line."""
        return hashlib.sha256(f"{self.kind}\n{self.signature}".encode(errors="backslashreplace")).hexdigest()[:6]


def never_executed(message_id: str) -> Failure:
    """The failure of a letter about which the log contains nothing."""
    return Failure(
        message_id=message_id,
        kind=FailureClass.NEVER_EXECUTED,
        reason="no attempt in the log: throttled, or not from OrderQueue",
        signature="no record in the log",
    )


def undelivered(message_id: str) -> Failure:
    """The failure of an order that never reached OrderQueue."""
    reason = "SNS could not deliver it to OrderQueue"
    return replace(never_executed(message_id), reason=reason, signature=reason)


def read_failures(logs: "CloudWatchLogsClient", group: str, since: datetime) -> Iterator[Failure]:
    """Read every failed attempt since a time, in no particular order."""
    for record in read_log(logs, group, start=since, level="ERROR"):
        yield from Failure.all_in(record)


def last_failures(logs: "CloudWatchLogsClient", group: str, leases: Iterable[Lease]) -> Mapping[str, Failure]:
    """Find the last failure of each letter, by message ID. Only failures of these letters stay in memory.

    A failure under a later message ID of the letter comes before any under an earlier one: a publisher can set the
    earlier ones.
    """
    leases = list(leases)
    letters: dict[str, list[tuple[str, int]]] = {}
    for lease in leases:
        for age, logged_id in enumerate(lease.logged_as):
            letters.setdefault(logged_id, []).append((lease.message_id, age))
    last: dict[str, tuple[int, Failure]] = {}
    for failure in read_failures(logs, group, _first_record(leases)) if leases else ():
        for message_id, age in letters.get(failure.message_id, ()):
            known = last.get(message_id)
            if known is None or age < known[0] or (age == known[0] and _time(known[1]) < _time(failure)):
                last[message_id] = age, failure
    return {
        lease.message_id: last[lease.message_id][1] if lease.message_id in last else never_executed(lease.message_id)
        for lease in leases
    }


def attempts_of(logs: "CloudWatchLogsClient", group: str, lease: Lease) -> list[Failure]:
    """Read every failed attempt of a letter, under each of its message IDs, oldest first."""
    ids = set(lease.logged_as)
    found = read_failures(logs, group, _first_record([lease]))
    return sorted((failure for failure in found if failure.message_id in ids), key=_time)


def _first_record(leases: Sequence[Lease]) -> datetime:
    """The earliest time at which the log can contain a failure of these letters."""
    # An edited or restored letter is younger than its failures, and does not contain their time.
    if any(len(lease.logged_as) > 1 for lease in leases):
        return EPOCH
    return min(lease.first_seen for lease in leases)


def _number(record: Record, name: str) -> int:
    value = record.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _time(failure: Failure) -> datetime:
    return failure.at or datetime.min.replace(tzinfo=UTC)
