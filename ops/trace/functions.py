"""The steps of an order that the logs of the processor and the notifier contain."""

from collections.abc import Collection, Iterator
from datetime import datetime

from handler.contract import RecordField
from handler.notifier.telling import State
from handler.outcome import Kind
from ops.dead_letters.failures import Failure
from ops.log.lines import Line, Source, text_in
from ops.log.reading import filter_pattern, read_lines
from ops.system import System
from ops.text import is_typed_as
from ops.trace.step import Step, What


def processor_steps(system: System, typed: str, since: datetime) -> Iterator[Step]:
    """The outcomes of the order's messages. A failure names its message."""
    group = system.outputs.log_group_name
    for line in read_lines(system.clients.logs, group, start=since, order_id=typed):
        yield from _failures(line, group)
        for kind in Kind:
            if _names(line, kind, typed):
                yield Step(at=line.at, what=kind, text="", source=group, request_id=line.request_id)


def failures_of_messages(system: System, message_ids: Collection[str], since: datetime) -> Iterator[Step]:
    """The failed attempts of messages, also those whose record names no order."""
    group = system.outputs.log_group_name
    for message_id in message_ids:
        for line in read_lines(system.clients.logs, group, start=since, pattern=filter_pattern(message_id)):
            yield from (step for step in _failures(line, group) if step.message_id == message_id)


def notifier_steps(system: System, typed: str, since: datetime) -> Iterator[Step]:
    """What became of the order's events. An event that was not told has a record with the reason."""
    group = system.outputs.notifier_log_group_name
    for line in read_lines(system.clients.logs, group, start=since, order_id=typed):
        record = line.document or {}
        reason = text_in(record, RecordField.REASON)
        if reason:
            what = str(State.DELAYED) if RecordField.ORDER_IDS in record else What.GIVEN_UP
            yield Step(at=line.at, what=what, text=reason, source=group, request_id=line.request_id)
        elif _names(line, State.TOLD, typed):
            yield Step(at=line.at, what=State.TOLD, text="", source=group, request_id=line.request_id)


def _names(line: Line, name: str, typed: str) -> bool:
    """Whether a record lists the order under a name."""
    return bool(line.document) and any(is_typed_as(one, typed) for one in (line.document or {}).get(name, ()))


def _failures(line: Line, group: str) -> Iterator[Step]:
    for failure in Failure.all_in(line.document or {}) if line.source is Source.PROCESSOR else ():
        yield Step(
            at=failure.at,
            what=What.FAILED,
            text=f"attempt {failure.attempt or '?'} of {failure.max_attempts or '?'}: {failure.kind}: {failure.reason}",
            source=group,
            message_id=failure.message_id,
            request_id=failure.request_id,
            is_last_attempt=0 < failure.max_attempts <= failure.attempt,
        )
