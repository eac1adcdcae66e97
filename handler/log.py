"""The function's log: one JSON object per line, readable by people, tools and CloudWatch.

It uses no library, because importing one would delay each cold start (docs/decisions/0007-nothing-but-botocore.md).
"""

import json
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

from handler.contract import FUNCTION_DIMENSION, METRICS_NAMESPACE, SERVICE_NAME, RecordField

MAX_VALUES = 100
"""The maximum number of values per metric in a record (CloudWatch User Guide, embedded metric format specification)."""

MAX_RECORD_BYTES = 250_000
"""The maximum size of a record. CloudWatch cuts an event of more than 256 KB, which is then no JSON any more."""
MAX_LONG_FIELD_BYTES = 16_000
"""The maximum size of each field in a record that would be larger."""
_as_json = json.JSONEncoder(separators=(",", ":")).encode
"""Without spaces, because CloudWatch charges by the byte. It escapes everything but ASCII, so a character is a byte."""


class Measurement(NamedTuple):
    """Up to MAX_VALUES values of one metric, with its name and its CloudWatch unit."""

    name: str
    unit: str
    values: Sequence[float]


class Log:
    """Writes records to a stream. Every record contains the fields of `context`.

    The context must contain FUNCTION_DIMENSION if measurements are logged, because CloudWatch ignores metrics without
    their dimension.
    """

    def __init__(self, stream: TextIO, *, with_metrics: bool = True) -> None:
        self._stream = stream
        self._with_metrics = with_metrics
        self.context: dict[str, str] = {}

    def info(self, message: str, fields: Mapping[str, object], measurements: Sequence[Measurement] = ()) -> None:
        """Write a record. CloudWatch extracts its measurements as metrics, with the function as dimension."""
        has_metrics = self._with_metrics and measurements
        self._write("INFO", message, {**fields, **_embedded(measurements)} if has_metrics else fields)

    def warning(self, message: str, fields: Mapping[str, object]) -> None:
        self._write("WARNING", message, fields)

    def error(self, message: str, fields: Mapping[str, object]) -> None:
        self._write("ERROR", message, fields)

    def bug(self, message: str) -> None:
        """Write the current exception with its traceback."""
        self._write("ERROR", message, {RecordField.EXCEPTION: traceback.format_exc().rstrip()})

    def _write(self, level: str, message: str, fields: Mapping[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        head = {"level": level, "message": message, "timestamp": now, "service": SERVICE_NAME}
        record: dict[str, Any] = {**head, **self.context, **fields}
        line = _as_json(record)
        if len(line) > MAX_RECORD_BYTES:
            line = _as_json(_shortened(record))
        # One write call for the whole line, because Lambda sends each write on its own.
        with suppress(Exception):  # The orders do not depend on the log.
            self._stream.write(line + "\n")
            self._stream.flush()


def _shortened(record: dict[str, Any]) -> dict[str, Any]:
    # Half of the space is for the names of the fields, which each occur twice at most.
    room = min(MAX_LONG_FIELD_BYTES, MAX_RECORD_BYTES // 2 // len(record))
    omitted: dict[str, int] = {}
    for name, value in record.items():
        if len(_as_json(value)) > room:
            record[name], omitted[name] = _cut(value, room)
    return {**record, RecordField.OMITTED: omitted}


def _cut(value: object, room: int) -> tuple[object, int]:
    """Cut a value so that its JSON fits into a number of bytes. Returns it with the number of missing parts."""
    match value:
        case str():
            kept = _cut_text(value, room)
            return kept, len(value) - len(kept) + 1
        case list() | tuple():
            kept_entries = list(value[:room])
            while (size := len(_as_json(kept_entries))) > room:
                kept_entries = kept_entries[: len(kept_entries) * room // size]
            return kept_entries, len(value) - len(kept_entries)
        case _:
            return None, 1


def _cut_text(text: str, room: int) -> str:
    """Cut the middle of a text: a traceback ends with the error. An ellipsis takes its place."""
    half = room // 2
    kept = text
    while half and len(_as_json(kept)) > room:
        kept = f"{text[:half]}…{text[-half:]}"
        half = half * 9 // 10
    return kept


def _embedded(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """The fields of measurements in CloudWatch's embedded metric format."""
    declared = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [[FUNCTION_DIMENSION]],
        "Metrics": [{"Name": measurement.name, "Unit": measurement.unit} for measurement in measurements],
    }
    about = {"Timestamp": int(datetime.now(UTC).timestamp() * 1000), "CloudWatchMetrics": [declared]}
    return {**{measurement.name: measurement.values for measurement in measurements}, "_aws": about}
