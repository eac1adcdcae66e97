"""The lines of the function's log: the processor's records, Lambda's own lines, and what the code printed.

Lambda writes its own lines as JSON documents (`platform.*` events, errors of the runtime) or as text (START, REPORT,
`Task timed out`), which depends on the line and on the function's log format.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any

from handler.contract import RecordField
from handler.notifier.telling import State
from handler.outcome import Kind
from ops.log.causes import LAUNCH_ERROR, STARTS, UUID, Cause, cause_of_error, cause_of_status, cause_of_text, is_full
from ops.text import is_shallow

Record = Mapping[str, Any]
"""A record of the handler. It has texts for `level`, `service` and `message`, a plausible `timestamp` with an offset,
and a list of order IDs for each of LISTS that it names. It can lack any other part, or have it with any type."""
EVENT = "platform."
"""The types of Lambda's own events begin with this."""
RUNTIME_WARNING = "LAMBDA_WARNING: "
"""The warning that Lambda's runtime logs beside the error of a start begins with this."""
LISTS = (*map(str, Kind), *map(str, State), RecordField.ORDER_IDS)
"""The fields of records that are lists of order IDs: by outcome of a message, by state of an event, or of one cause."""
_DEVIATION = timedelta(days=1)
"""How much the time in a record can differ from the time of its event. Any other time is not plausible."""


class Source(StrEnum):
    """Who wrote a line."""

    PROCESSOR = "processor"
    """The handler's log, one JSON record a line."""
    LAMBDA = "lambda"
    OUTPUT = "output"
    """Other output of the function, such as a print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the log."""

    at: datetime
    source: Source
    message: str
    """What the line says, without its time, level and request. It may have several lines."""
    level: str = "INFO"
    request_id: str = ""
    cause: Cause | None = None
    """Why an invocation failed as a whole, if the line says that."""
    is_routine: bool = False
    """Whether Lambda writes such a line for every invocation or start that succeeds."""
    document: Record | None = None
    """The JSON document that the line contains."""

    def as_json(self) -> dict[str, object]:
        """A record as the processor wrote it. Others have at least `timestamp`, `level`, `source` and `message`."""
        if self.source is Source.PROCESSOR and self.document:
            return dict(self.document)
        shown = {
            "timestamp": self.at.isoformat(timespec="milliseconds"),
            "level": self.level,
            "source": self.source,
            "message": self.message,
            "requestId": self.request_id,
            "cause": self.cause,
            "document": self.document,
        }
        return {name: value for name, value in shown.items() if value not in (None, "")}


def text_in(document: Record, name: str) -> str:
    """A part of a document if that is a text, otherwise an empty one."""
    value = document.get(name)
    return value if isinstance(value, str) else ""


def failed_order_in(record: Record) -> str | None:
    """The ID of the order that failed. A record can contain only a part of a long ID, which names another order."""
    omitted = record.get(RecordField.OMITTED)
    is_whole = not (isinstance(omitted, dict) and RecordField.ORDER_ID in omitted)
    return text_in(record, RecordField.ORDER_ID) or None if is_whole else None


def orders_in(record: Record) -> list[str]:
    """The IDs of the orders in a record: one that failed, or those of a batch."""
    failed = failed_order_in(record)
    return [*([failed] if failed else []), *(order_id for name in LISTS for order_id in record.get(name, ()))]


def line_of(event: Mapping[str, Any]) -> Line:
    """Parse an event of CloudWatch Logs. Every text gives a line."""
    text = str(event["message"]).rstrip()
    at = datetime.fromtimestamp((event.get("timestamp") or 0) / 1000, UTC)
    document = _parsed(text)
    if document is None:
        return _from_text(at, text)
    if _is_record(document):
        return _from_record(at, document)
    if text_in(document, "type").startswith(EVENT):
        return _from_event(at, document)
    if "errorType" in document or "errorMessage" in document:
        return _from_error(at, document)
    return _from_output(at, text, document)


def _from_record(at: datetime, record: Record) -> Line:
    if (instant := _instant(record)) is None or not _is_plausible(instant, at):
        instant, record = at, {**record, "timestamp": at.isoformat(timespec="milliseconds")}
    return Line(
        at=instant,
        source=Source.PROCESSOR,
        level=record["level"],
        message=record["message"],
        request_id=text_in(record, RecordField.REQUEST_ID),
        document=record,
    )


def _from_event(at: datetime, document: Record) -> Line:
    """A line about one of Lambda's events, such as the report of an invocation."""
    name, event = text_in(document, "type").removeprefix(EVENT), document.get("record")
    if not isinstance(event, dict):  # A fault is a text.
        return _from_text(at, f"{name}: {event}")
    status, error = text_in(event, "status"), text_in(event, "errorType")
    cause = cause_of_status(status, error, is_start=name.startswith(STARTS), is_full=is_full(event.get("metrics")))
    if name == "extension":
        status = text_in(event, "state")
        cause = Cause.COULD_NOT_START if status == LAUNCH_ERROR else None
    known = f"{name}: {', '.join(part for part in (status, error) if part)}" if status else name
    return Line(
        at=at,
        source=Source.LAMBDA,
        level=_level(document, cause),
        message=known,
        request_id=text_in(event, "requestId"),
        cause=cause,
        is_routine=not (cause or error or name in {"logsDropped", "fault"}),
        document=document,
    )


def _from_error(at: datetime, document: Record) -> Line:
    """A line about an error that reached Lambda's runtime: it ends the invocation or the start."""
    name, message, request_id = (text_in(document, key) for key in ("errorType", "errorMessage", "requestId"))
    stack = document.get("stackTrace")
    lines = [str(line).rstrip() for line in stack] if isinstance(stack, list) else []
    cause = cause_of_error(name, message)
    if cause is Cause.CRASHED and not request_id:  # The runtime names the request, unless there is none yet.
        cause = Cause.COULD_NOT_START
    return Line(
        at=at,
        source=Source.LAMBDA,
        level="ERROR",
        message="\n".join([": ".join(part for part in (name, message) if part), *lines]),
        request_id=request_id,
        cause=cause,
        document=document,
    )


def _from_output(at: datetime, text: str, document: Record) -> Line:
    """A JSON document that the code printed or that Python's logging wrote. Lambda's runtime uses that logging, too."""
    message = document.get("message")
    return Line(
        at=at,
        source=Source.LAMBDA if text_in(document, "message").startswith(RUNTIME_WARNING) else Source.OUTPUT,
        level=_level(document, None),
        message=message if isinstance(message, str) else text,
        request_id=text_in(document, "requestId") or text_in(document, "AWSRequestId"),
        document=document,
    )


_LEVEL = re.compile(r"\[(DEBUG|INFO|WARNING|ERROR|CRITICAL)\]\s")
_REQUEST = re.compile(UUID)
_ERROR_TYPE = re.compile(r"\bError Type: ")


def _from_text(at: datetime, text: str) -> Line:
    cause, is_lambdas = cause_of_text(text)
    request = _REQUEST.search(text) if is_lambdas else None
    level = _LEVEL.match(text)
    is_warning = level and f"\t{RUNTIME_WARNING}" in text
    return Line(
        at=at,
        source=Source.LAMBDA if is_lambdas or is_warning else Source.OUTPUT,
        level="ERROR" if cause else level[1] if level else "INFO",
        message=text,
        request_id=request[0] if request else "",
        cause=cause,
        is_routine=is_lambdas and cause is None and not _ERROR_TYPE.search(text),
    )


def _parsed(text: str) -> Record | None:
    """The JSON object that a line contains. None if it has too many levels, or if CloudWatch cut the line."""
    if not text.startswith("{"):
        return None
    try:
        document: dict[str, Any] = json.loads(text, parse_constant=str, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    document.pop("_aws", None)
    return document if is_shallow(document) else None


def _finite(text: str) -> float | str:
    """JSON has no infinity, so a number that is too large stays a text."""
    number = float(text)
    return number if isfinite(number) else text


def _is_record(document: Record) -> bool:
    """Whether a document is a record of the handler. Any code may print JSON."""
    return all(isinstance(document.get(name), str) for name in ("level", "service", "message")) and all(
        _are_texts(document.get(name, [])) for name in LISTS
    )


def _instant(record: Record) -> datetime | None:
    try:
        time = datetime.fromisoformat(record["timestamp"])
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


def _is_plausible(instant: datetime, at: datetime) -> bool:
    """Whether a record can have this time. An event of CloudWatch that lacks its own time has 1970."""
    if not at.timestamp():
        return at <= instant <= datetime.now(UTC) + _DEVIATION
    return abs(instant - at) <= _DEVIATION


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _level(document: Record, cause: Cause | None) -> str:
    level = text_in(document, "level") or text_in(document, "log_level")
    return "ERROR" if cause else level.upper() or "INFO"
