"""The function's log: a JSON object a line, so that people, tools and CloudWatch can all read it.

Written with the standard library, because each start of the function would wait for a logging library to be compiled
(docs/decisions/0007-nothing-but-botocore.md).
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

MAX_VALUES = 100
"""The most values of a metric in one record (CloudWatch User Guide, embedded metric format specification)."""

_EVERY_RECORDS_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"taskName"}


class JsonLines(logging.Formatter):
    """A record as JSON, with its `extra`. What is in `context` stands in every record."""

    def __init__(self, **context: str) -> None:
        super().__init__()
        self.context = context

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name not in _EVERY_RECORDS_OWN}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps(
            {"level": record.levelname, "message": record.getMessage(), "timestamp": when, **self.context, **fields}
        )


def json_logger(name: str, stream: TextIO, formatter: JsonLines) -> logging.Logger:
    """A logger that writes to a stream, and nowhere else: Lambda's root logger would write each record again."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger(name)
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.INFO)
    return logger


@dataclass(frozen=True, slots=True)
class Metric:
    """What was measured: its name, its unit as CloudWatch calls it, and every value."""

    name: str
    unit: str
    values: Sequence[float]


class Metrics:
    """Writes metrics into the log in CloudWatch's embedded format, under the dimension `service`."""

    def __init__(self, namespace: str, service: str, stream: TextIO) -> None:
        self._namespace = namespace
        self._service = service
        self._stream = stream

    def write(self, metrics: Iterable[Metric]) -> None:
        remaining = list(metrics)
        while remaining:
            self._write_record([Metric(one.name, one.unit, one.values[:MAX_VALUES]) for one in remaining])
            rest = [Metric(one.name, one.unit, one.values[MAX_VALUES:]) for one in remaining]
            remaining = [one for one in rest if one.values]

    def _write_record(self, metrics: Sequence[Metric]) -> None:
        declared = {
            "Namespace": self._namespace,
            "Dimensions": [["service"]],
            "Metrics": [{"Name": one.name, "Unit": one.unit} for one in metrics],
        }
        when = int(datetime.now(UTC).timestamp() * 1000)
        record = {"_aws": {"Timestamp": when, "CloudWatchMetrics": [declared]}, "service": self._service}
        print(json.dumps({**record, **{one.name: one.values for one in metrics}}), file=self._stream, flush=True)
