"""Batches of warm handlers in comparison. All handlers run in this process, in turns."""

import contextlib
import importlib
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.stub import Stub, stub
from handler.contract import Variable
from ops.cost import OURS
from ops.samples import valid_orders

SEED_STYLE, THREAD_POOL, POWERTOOLS, BOUND = (
    "seed-style",
    "conditional puts on threads",
    "Powertools with idempotency",
    "one bare request",
)
MODULES = {
    OURS: "handler.main",
    SEED_STYLE: "bench.handlers.seed_style",
    THREAD_POOL: "bench.handlers.thread_pool",
    POWERTOOLS: "bench.handlers.powertools",
}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    Variable.TABLE_NAME: "Orders",
    Variable.MAX_RECEIVE_COUNT: "3",
    Variable.RETRY_AT_ONCE_QUEUE_URL: "",
    Variable.REQUEST_TIMEOUT_SECONDS: "10",
    Variable.EVENT_TOPIC_ARN: "arn:aws:sns:eu-west-1:000000000000:OrderEvents",
    Variable.GIVEN_UP_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/000000000000/OrderEventsDLQ",
    Variable.EVENT_RETRY_SECONDS: "14400",
}
CONTEXT = SimpleNamespace(
    aws_request_id="bench",
    function_name="bench",
    memory_limit_in_mb="512",
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:bench",
    get_remaining_time_in_millis=lambda: 60_000,
)
LATENCIES = (0, 2, 5)
"""Latencies of the stub, in milliseconds."""
TURNS = {1: 15, 10: 15, 25: 5, 100: 3}
"""The number of turns of each handler, by batch size."""
BATCHES_A_TURN = 4
"""Without a pause, as a function processes a full queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The results of a handler for batches of one size at one latency."""

    seconds_per_batch: float
    """The median."""
    cpu_seconds_per_order: float
    requests_per_order: float


Process = Callable[[], object]
Handle = Callable[[dict[str, Any], object], object]
Prepare = Callable[[dict[str, Any]], Process]
Case = tuple[int, int]
"""The latency in milliseconds, and the number of orders in a batch."""


def event(size: int) -> dict[str, Any]:
    """Return a batch as Lambda receives it from SQS."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "receipt",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(valid_orders(size))
        ]
    }


@contextlib.contextmanager
def services() -> Iterator[Stub]:
    """Run the stub, with the environment of a function. What the functions print is discarded."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere), stub() as service:
        os.environ |= {**ENVIRONMENT, "AWS_ENDPOINT_URL": service.url}
        yield service


def handlers() -> Mapping[str, Prepare]:
    """Import the handlers. Returns one function per handler name, which prepares the processing of an event."""
    bare = importlib.import_module("bench.handlers.bare_request")
    prepared: dict[str, Prepare] = {name: partial(_ready, handle_of(module)) for name, module in MODULES.items()}
    return {**prepared, BOUND: lambda event: partial(bare.send, bare.payload(event))}


def handle_of(module: str) -> Handle:
    """Import the module of a function, and return the function."""
    handle: Handle = importlib.import_module(module).handle
    return handle


def _ready(handle: Handle, event: dict[str, Any]) -> Process:
    return partial(handle, event, CONTEXT)


def measure(service: Stub, on_progress: Callable[[str], None]) -> Mapping[Case, Mapping[str, Figures]]:
    """Measure all handlers in all cases. `on_progress` gets one line after each case."""
    figures = {}
    prepared = handlers()
    for latency in LATENCIES:
        service.latency.value = latency / 1000
        for size, turns in TURNS.items():
            ready = {name: prepare(event(size)) for name, prepare in prepared.items()}
            figures[latency, size] = side_by_side(service, ready, turns, size)
            times = (f"{name} {one.seconds_per_batch * 1000:.1f}" for name, one in figures[latency, size].items())
            on_progress(f"{latency} ms, {size} orders: {', '.join(times)}")
    return figures


def side_by_side(service: Stub, ready: Mapping[str, Process], turns: int, size: int) -> Mapping[str, Figures]:
    """Measure batches of `size` orders, one turn of each handler after another. Each is also called once before."""
    for process in ready.values():
        process()  # Open the connections and fill the caches before measuring.
    samples: dict[str, list[tuple[float, float, int]]] = {name: [] for name in ready}
    for _ in range(turns):
        for name, process in ready.items():
            samples[name] += [_sample(service, process) for _ in range(BATCHES_A_TURN)]
    return {name: _figures(taken, size) for name, taken in samples.items()}


def _sample(service: Stub, process: Process) -> tuple[float, float, int]:
    """Run a batch. Returns its seconds, CPU seconds and number of requests."""
    requests, cpu, start = service.requests.value, time.process_time(), time.perf_counter()
    process()
    return time.perf_counter() - start, time.process_time() - cpu, service.requests.value - requests


def _figures(samples: Sequence[tuple[float, float, int]], size: int) -> Figures:
    seconds, cpu, requests = zip(*samples, strict=True)
    return Figures(
        seconds_per_batch=statistics.median(seconds),
        cpu_seconds_per_order=statistics.mean(cpu) / size,
        requests_per_order=statistics.mean(requests) / size,
    )
