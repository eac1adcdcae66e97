"""Why letters are dead: the processor's failure records, joined to the letters by message id."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handler.outcome import Kind
from ops.dead_letters.look import Seen
from ops.log import Record, read_log

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

NEVER_EXECUTED = "never executed"
"""The class of letters without a failure record: no attempt ever got to an end."""
KINDS = (Kind.INVALID, Kind.CONFLICT, Kind.TRANSIENT, NEVER_EXECUTED)
"""The classes of dead letters."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed attempt, as the processor logged it; or that there is none, where `at` is None."""

    message_id: str
    order_id: str | None = None
    kind: str
    reason: str
    signature: str
    attempt: int = 0
    max_attempts: int = 0
    at: datetime | None = None
    request_id: str = ""

    @classmethod
    def of(cls, record: Record) -> "Failure":
        return cls(
            message_id=record["messageId"],
            order_id=record.get("orderId"),
            kind=record["errorClass"],
            reason=record["reason"],
            signature=record["signature"],
            attempt=record["attempt"],
            max_attempts=record["maxAttempts"],
            at=datetime.fromisoformat(record["timestamp"]),
            request_id=record.get("requestId", ""),
        )

    @property
    def is_final(self) -> bool:
        """Whether the message is set aside for it, whatever else happens."""
        return self.kind in {Kind.INVALID, Kind.CONFLICT} or self.attempt >= self.max_attempts

    @property
    def group_id(self) -> str:
        """Six characters that stand for class and signature on a command line."""
        return hashlib.sha256(f"{self.kind}\n{self.signature}".encode(errors="backslashreplace")).hexdigest()[:6]


def never_executed(message_id: str) -> Failure:
    reason = "no attempt got to an end: throttled, timed out, crashed, or not sent by OrderQueue"
    return Failure(message_id=message_id, kind=NEVER_EXECUTED, reason=reason, signature="no record in the log")


def read_failures(logs: "CloudWatchLogsClient", group: str, since: datetime) -> Iterator[Failure]:
    """Every failed attempt since then, in the order in which they are found."""
    for record in read_log(logs, group, start=since, level="ERROR"):
        if "errorClass" in record:
            yield Failure.of(record)


def why(logs: "CloudWatchLogsClient", group: str, letters: Iterable[Seen]) -> Mapping[str, Failure]:
    """By message id: the last failure of each letter. Only what is about these letters is kept."""
    letters = list(letters)
    ids: dict[str, list[str]] = {}
    for seen in letters:
        for logged in {seen.message_id, seen.logged_as}:
            ids.setdefault(logged, []).append(seen.message_id)
    # A letter that was edited or restored is younger than its records, so the log is asked for all that it has.
    oldest = min((seen.first_seen for seen in letters), default=datetime.now(UTC))
    if any(seen.logged_as != seen.message_id for seen in letters):
        oldest = datetime.fromtimestamp(0, UTC)
    last: dict[str, Failure] = {}
    for failure in read_failures(logs, group, oldest) if letters else ():
        for message_id in ids.get(failure.message_id, ()):
            known = last.get(message_id)
            if known is None or _moment(known) < _moment(failure):
                last[message_id] = failure
    return {seen.message_id: last.get(seen.message_id) or never_executed(seen.message_id) for seen in letters}


@dataclass(slots=True, kw_only=True)
class Group:
    """Letters, or failed orders of the log, that failed for the same cause."""

    group_id: str
    kind: str
    signature: str
    first: datetime
    last: datetime
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str, when: datetime) -> None:
        self.count += 1
        self.first, self.last = min(self.first, when), max(self.last, when)
        if len(self.examples) < EXAMPLES and example not in self.examples:
            self.examples.append(example)


def grouped(members: Iterable[tuple[Failure, str, datetime]]) -> list[Group]:
    """The groups of failures, each given with an example's name and its time; the largest group first."""
    groups: dict[str, Group] = {}
    for failure, example, when in members:
        group = groups.setdefault(
            failure.group_id,
            Group(group_id=failure.group_id, kind=failure.kind, signature=failure.signature, first=when, last=when),
        )
        group.add(example, when)
    return sorted(groups.values(), key=lambda group: (-group.count, group.signature))


def _moment(failure: Failure) -> datetime:
    return failure.at or datetime.min.replace(tzinfo=UTC)
