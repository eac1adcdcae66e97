"""The function's log: a JSON object a line, so that people, tools and CloudWatch can all read it.

No library does it, because each start of the function would wait for one (docs/decisions/0007-nothing-but-botocore.md).
"""

import json
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from handler.contract import METRICS_NAMESPACE, SERVICE_DIMENSION, SERVICE_NAME

MAX_VALUES = 100
"""The most values of a metric in one record (CloudWatch User Guide, embedded metric format specification)."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What was measured: its name, its unit as CloudWatch calls it, and up to MAX_VALUES values."""

    name: str
    unit: str
    values: Sequence[float]


class Log:
    """Writes records to a stream. What is in `context` stands in every one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.context: dict[str, str] = {}

    def info(self, message: str, metrics: Sequence[Metric] = (), **fields: object) -> None:
        """Write a record, from which CloudWatch takes the metrics, under the dimension of the service."""
        self._write("INFO", message, {**fields, **_embedded(metrics)} if metrics else fields)

    def warning(self, message: str, **fields: object) -> None:
        self._write("WARNING", message, fields)

    def error(self, message: str, **fields: object) -> None:
        self._write("ERROR", message, fields)

    def bug(self, message: str) -> None:
        """Write the exception that is being handled, with its traceback."""
        self._write("ERROR", message, {"exception": traceback.format_exc().rstrip()})

    def _write(self, level: str, message: str, fields: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        head = {"level": level, "message": message, "timestamp": now, SERVICE_DIMENSION: SERVICE_NAME}
        # In one piece, because Lambda sends off each piece at once.
        self._stream.write(json.dumps({**head, **self.context, **fields}) + "\n")
        self._stream.flush()


def _embedded(metrics: Sequence[Metric]) -> dict[str, Any]:
    """Metrics in CloudWatch's embedded format."""
    declared = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [[SERVICE_DIMENSION]],
        "Metrics": [{"Name": metric.name, "Unit": metric.unit} for metric in metrics],
    }
    about = {"Timestamp": int(datetime.now(UTC).timestamp() * 1000), "CloudWatchMetrics": [declared]}
    return {**{metric.name: metric.values for metric in metrics}, "_aws": about}
