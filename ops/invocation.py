"""What an invocation of a function needs: its duration, and what it writes to the log."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from handler.contract import FUNCTION_DIMENSION, RecordField
from handler.log import Log
from infra.project import ROOT

FULL_CORE_MEGABYTES = 1769
"""The memory at which a function gets one whole vCPU (AWS Lambda Developer Guide, memory)."""
LOG_EVENT_BYTES = 26
"""The bytes that CloudWatch Logs adds to the text of each event (CloudWatch Logs API Reference, PutLogEvents)."""
_ID = "6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5"
_TIME_AND_MEMORY = "Duration: 9.45 ms\tBilled Duration: 10 ms\tMemory Size: 512 MB\tMax Memory Used: 92 MB"
_DEFAULT_LINES = (
    f"START RequestId: {_ID} Version: $LATEST\n",
    f"END RequestId: {_ID}\n",
    f"REPORT RequestId: {_ID}\t{_TIME_AND_MEMORY}\t\n",
)
DEFAULT_LINES_BYTES = sum(len(line) + LOG_EVENT_BYTES for line in _DEFAULT_LINES)
"""The bytes that Lambda logs for each invocation of a function without a logging configuration."""

TRACED_A_SECOND, TRACED_SHARE = 1, 0.05
"""The invocations that X-Ray records: these in each second, and this share of the others (AWS Lambda Developer Guide,
AWS X-Ray)."""

Measured = Mapping[str, Mapping[str, float]]
"""The figures of a function in docs/benchmarks.json, by the number of records in a batch."""


def measured(kind: str) -> Mapping[str, Measured]:
    """Read the figures of the last `make bench`: of the `handlers` or the `notifiers`, by name."""
    found: dict[str, dict[str, Measured]] = json.loads((ROOT / "docs/benchmarks.json").read_text())
    return found[kind]


def seconds_per_batch(figures: Measured, batch: float, memory_megabytes: int) -> float:
    """Interpolate the measured time per batch, and scale its CPU part to the function's share of a vCPU."""
    seconds = interpolated({size: one["seconds_per_batch"] for size, one in figures.items()}, batch)
    sizes = sorted(map(int, figures))
    upper = next((size for size in sizes if size >= batch), sizes[-1])
    cpu = figures[str(upper)]["cpu_seconds_per_order"] * batch
    share = min(1.0, memory_megabytes / FULL_CORE_MEGABYTES)
    return seconds + cpu * (1 / share - 1)


def requests_per_batch(figures: Measured, batch: float) -> float:
    """Interpolate the measured number of requests per batch."""
    return interpolated({size: one["requests_per_order"] * int(size) for size, one in figures.items()}, batch)


def interpolated(by_size: Mapping[str, float], batch: float) -> float:
    """Interpolate values between the measured sizes of batches. Above them, they grow in proportion."""
    sizes = sorted(map(int, by_size))
    upper = next((size for size in sizes if size >= batch), sizes[-1])
    lower = max((size for size in sizes if size <= batch), default=sizes[0])
    low, high = by_size[str(lower)], by_size[str(upper)]
    if upper > lower:
        return low + (high - low) * (batch - lower) / (upper - lower)
    return high * batch / upper


def traces_per_invocation(invocations_per_second: float) -> float:
    """Return the share of the invocations that X-Ray records of a function with active tracing."""
    others = max(0.0, invocations_per_second - TRACED_A_SECOND)
    return min(1.0, (TRACED_A_SECOND + TRACED_SHARE * others) / invocations_per_second)


def logged(function: str, write: Callable[[Log], None], *, with_metrics: bool) -> tuple[int, int]:
    """Let a function write its log. Returns the bytes of an invocation, and the number of custom metrics in them.

    Lambda adds no line about an invocation that succeeds (infra/function.py).
    """
    stream = io.StringIO()
    log = Log(stream, with_metrics=with_metrics)
    log.context.update({FUNCTION_DIMENSION: function, RecordField.REQUEST_ID: str(uuid4())})
    write(log)
    lines = stream.getvalue().splitlines()
    metrics = {metric["Name"] for line in lines if "_aws" in line for metric in _metrics(json.loads(line))}
    return sum(len(line.encode()) + LOG_EVENT_BYTES for line in lines), len(metrics)


def _metrics(line: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    return found
