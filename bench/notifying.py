"""The notifier in comparison with one that publishes one change after another. Both run in this process, in turns."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any

from bench.stub import Stub
from bench.warm import BATCHES_A_TURN, CONTEXT, Figures, Handle, Process, handle_of, side_by_side
from handler.item import item_of
from handler.order import parse_order
from ops.event_cost import NOTIFIER
from ops.samples import valid_orders

PLAIN = "one publish after another"
MODULES = {NOTIFIER: "handler.notifier.main", PLAIN: "bench.handlers.plain_notifier"}
LATENCY_MILLISECONDS = 5
TURNS = {1: 5, 10: 5, 100: 3}
"""The number of turns of each notifier, by the number of records in a batch."""
STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/Orders/stream/2026-01-01T00:00:00.000"
_sequence_numbers = count(1)


def measure(service: Stub, on_progress: Callable[[str], None]) -> Mapping[int, Mapping[str, Figures]]:
    """Measure both notifiers, by the number of records in a batch. `on_progress` gets one line for each number."""
    service.latency.value = LATENCY_MILLISECONDS / 1000
    figures = {}
    for size, turns in TURNS.items():
        ready = {name: process(module, size, 1 + turns * BATCHES_A_TURN) for name, module in MODULES.items()}
        figures[size] = side_by_side(service, ready, turns, size)
        times = (f"{name} {one.seconds_per_batch * 1000:.1f}" for name, one in figures[size].items())
        on_progress(f"{size} records: {', '.join(times)}")
    return figures


def process(module: str, size: int, batches: int) -> Process:
    """Return a function that processes the next one of so many batches. No record occurs in two of them."""
    return partial(_process_next, handle_of(module), iter([event(size) for _ in range(batches)]))


def _process_next(handle: Handle, events: Iterator[dict[str, Any]]) -> None:
    handle(next(events), CONTEXT)


def event(size: int) -> dict[str, Any]:
    """Return a batch of new orders as Lambda receives it from the table's stream."""
    return {"Records": [record(body) for body in valid_orders(size)]}


def record(body: str) -> dict[str, Any]:
    """Return the record of the stream for a new order."""
    item = item_of(parse_order(body))
    return {
        "eventID": "1",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "eventSourceARN": STREAM,
        "dynamodb": {
            "ApproximateCreationDateTime": time.time(),
            "Keys": {"orderId": item["orderId"]},
            "NewImage": item,
            "SequenceNumber": str(next(_sequence_numbers)),
            "SizeBytes": len(json.dumps(item)),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }
