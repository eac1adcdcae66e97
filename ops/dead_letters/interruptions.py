"""Why attempts have no record: invocations that failed as a whole, joined to the letters by time or by request.

Lambda's lines name a request and no message. Therefore the join by time is only likely, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ops.dead_letters.failures import Failure, FailureClass, never_executed, undelivered
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.log.causes import Cause
from ops.log.lines import Line
from ops.log.reading import read_lines
from ops.queues import delivery_seconds
from ops.system import LetterQueue, System

LONGEST_INVOCATION = timedelta(seconds=900)
"""The maximum timeout of a function (Lambda Developer Guide, Lambda quotas)."""
_BEFORE = timedelta(seconds=1)
"""How much earlier than SQS's time of a receive a line of Lambda can be."""
_AFTER = timedelta(minutes=1)
"""How late a receive can be: polling, the batching window, and clocks that differ."""
_GAP = timedelta(hours=1)
"""Windows with a shorter gap between them are read with one request."""
_PATTERN = "?ERROR ?timed ?timeout ?exited ?errorType ?Type ?LaunchError"
"""A pattern with which CloudWatch leaves out most lines without a cause. The emulator does not know `?`."""
_MOST_SPECIFIC = (Cause.OUT_OF_MEMORY, Cause.COULD_NOT_START, Cause.TIMED_OUT, Cause.CRASHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """An invocation that failed as a whole, or a function that did not start."""

    at: datetime
    cause: Cause
    message: str
    """The first line of what Lambda says."""
    request_id: str

    @classmethod
    def of(cls, line: Line, cause: Cause) -> "Interruption":
        first = line.message.splitlines()[0] if line.message else ""
        return cls(at=line.at, cause=cause, message=first, request_id=line.request_id)

    def __str__(self) -> str:
        return f"{self.cause} at {self.at:%Y-%m-%d %H:%M:%S}Z ({self.message})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time in which the function can have received a message."""

    start: datetime
    end: datetime
    is_known: bool
    """Whether SQS reports the first receive of the letter, and that it moved the letter from another queue."""

    @classmethod
    def of(cls, letter: Letter, delivery: timedelta) -> "Window":
        """From the first receive until the last invocation must be over."""
        received = letter.system.get("ApproximateFirstReceiveTimestamp")
        is_known = received is not None and "DeadLetterQueueSourceArn" in letter.system
        first = datetime.fromtimestamp(int(received) / 1000, UTC) if received and is_known else letter.first_seen
        end = first + delivery + _AFTER
        return cls(start=first - _BEFORE, end=end, is_known=is_known)

    def last_of(self, interruptions: Iterable[Interruption]) -> Interruption | None:
        found = (one for one in interruptions if self.start <= one.at <= self.end)
        return max(found, key=lambda one: one.at, default=None)


def read_interruptions(system: System, windows: Iterable[Window]) -> list[Interruption]:
    """Read the invocations that failed as a whole in some windows, each once."""
    pattern = "" if system.clients.endpoint_url else _PATTERN
    found: dict[str | tuple[datetime, str], Interruption] = {}
    for window in _merged(windows):
        lines = read_lines(
            system.clients.logs, system.outputs.log_group_name, start=window.start, end=window.end, pattern=pattern
        )
        for line in lines:
            if line.cause:
                one = Interruption.of(line, line.cause)
                name = one.request_id or (one.at, one.message)
                found[name] = _more_specific(found.get(name, one), one)
    return list(found.values())


def with_causes(system: System, look: Look, failures: Mapping[str, Failure]) -> Mapping[str, Failure]:
    """Add the likely cause to the failures of letters that were never executed."""
    unexplained = [lease for lease in look.leases if failures[lease.message_id].kind == FailureClass.NEVER_EXECUTED]
    if not unexplained:
        return failures
    return {**failures, **_failures(system, map(look.letter, unexplained))}


def why_unlogged(system: System, letter: Letter) -> str:
    """The likely reason why the log contains no attempt of a letter."""
    if system.letter_queue is LetterQueue.UNDELIVERED:
        return undelivered(letter.message_id).reason
    return _failures(system, [letter])[letter.message_id].reason


def interruptions_of(system: System, attempts: Sequence[Failure]) -> Mapping[str, Interruption]:
    """The invocations that logged these attempts and then failed as a whole, by request ID. This join is certain."""
    requests = {attempt.request_id for attempt in attempts if attempt.request_id}
    times = [attempt.at for attempt in attempts if attempt.at]
    if not (requests and times):
        return {}
    window = Window(start=min(times) - _BEFORE, end=max(times) + LONGEST_INVOCATION, is_known=True)
    return {one.request_id: one for one in read_interruptions(system, [window]) if one.request_id in requests}


def _failures(system: System, letters: Iterable[Letter]) -> Mapping[str, Failure]:
    delivery = timedelta(seconds=delivery_seconds(system.clients.sqs, system.outputs.queue_url))
    windows = {letter.message_id: Window.of(letter, delivery) for letter in letters}
    interruptions = read_interruptions(system, windows.values())
    return {message_id: _failure(message_id, window, interruptions) for message_id, window in windows.items()}


def _failure(message_id: str, window: Window, interruptions: Iterable[Interruption]) -> Failure:
    failure, likely = never_executed(message_id), window.last_of(interruptions)
    if likely:
        how = "probably" if window.is_known else "perhaps"
        reason = f"no attempt was completed; {how}: {likely}"
        return replace(failure, reason=reason, signature=f"{how}: {likely.cause}")
    if window.is_known:  # A throttled invocation leaves no line.
        return replace(failure, reason="no attempt in the log: probably throttled", signature="probably: throttled")
    return failure


def _more_specific(one: Interruption, other: Interruption) -> Interruption:
    return min(one, other, key=lambda interruption: _MOST_SPECIFIC.index(interruption.cause))


def _merged(windows: Iterable[Window]) -> list[Window]:
    """Windows that cover the same time in few requests: short gaps are read as well."""
    merged: list[Window] = []
    for window in sorted(windows, key=lambda window: window.start):
        if merged and window.start <= merged[-1].end + _GAP:
            merged[-1] = replace(merged[-1], end=max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return merged
