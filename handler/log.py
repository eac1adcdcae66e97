"""The function's log: one JSON object per line, readable by people, tools and CloudWatch.

It uses no library, because importing one would delay each cold start (docs/decisions/0007-nothing-but-botocore.md).
"""

import json
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

from handler.contract import FUNCTION_DIMENSION, METRICS_NAMESPACE, SERVICE_NAME

MAX_VALUES = 100
"""The maximum number of values per metric in a record (CloudWatch User Guide, embedded metric format specification)."""


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

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.context: dict[str, str] = {}

    def info(self, message: str, measurements: Sequence[Measurement] = (), **fields: object) -> None:
        """Write a record. CloudWatch extracts its measurements as metrics, with the function as dimension."""
        self._write("INFO", message, {**fields, **_embedded(measurements)} if measurements else fields)

    def warning(self, message: str, **fields: object) -> None:
        self._write("WARNING", message, fields)

    def error(self, message: str, **fields: object) -> None:
        self._write("ERROR", message, fields)

    def bug(self, message: str) -> None:
        """Write the current exception with its traceback."""
        self._write("ERROR", message, {"exception": traceback.format_exc().rstrip()})

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        head = {"level": level, "message": message, "timestamp": now, "service": SERVICE_NAME}
        # One write call for the whole line, because Lambda sends each write on its own.
        self._stream.write(json.dumps({**head, **self.context, **fields}) + "\n")
        self._stream.flush()


def _embedded(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """The fields of measurements in CloudWatch's embedded metric format."""
    declared = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [[FUNCTION_DIMENSION]],
        "Metrics": [{"Name": measurement.name, "Unit": measurement.unit} for measurement in measurements],
    }
    about = {"Timestamp": int(datetime.now(UTC).timestamp() * 1000), "CloudWatchMetrics": [declared]}
    return {**{measurement.name: measurement.values for measurement in measurements}, "_aws": about}
