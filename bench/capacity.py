"""The model of `orders capacity` beside the emulator, and its speed. `python -m bench.capacity` measures only this."""

import io
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from bench.report import Capacity, write_capacity
from local.emulator import emulator
from ops.capacity.inputs import CapacityInputs
from ops.capacity.profile import Profile, peak, steady
from ops.capacity.search import cheapest
from ops.capacity.simulation import simulate
from ops.clients import Clients
from ops.cost import CostInputs
from ops.queues import arn_of_queue, count_messages

BATCH, CONCURRENT, BATCH_SECONDS = 10, 4, 1.0
"""Four batches of ten orders a second: the emulator takes far less time than that for anything else."""
FLOW, BURST = [30] * 8, [80] * 10
"""Orders a second: first a flow in which the function starts, then twice what it can process."""
HANDLER = f"import time\n\ndef handle(event, context):\n    time.sleep({BATCH_SECONDS})\n"
LONGEST_DRAIN_SECONDS = 120


def measure(on_progress: Callable[[str], None]) -> Capacity:
    """Send the same orders to the emulator and to the model, and time a day and a search."""
    with emulator("bench-capacity") as clients:
        emulated = _emulate(clients)
    model = _model()
    prod, costs = CapacityInputs.of_stack("prod"), CostInputs.of_stack("prod")
    day, launch = steady(200, 24 * 60 * 60), peak(0, 5000, ramp=60, seconds=600)
    small = replace(prod, maximum_concurrency=2, reserved_concurrency=2)
    burst_ends = len(FLOW + BURST) - 1
    figures = Capacity(
        backlog=emulated[0][burst_ends],
        drain_seconds=emulated[1],
        model_backlog=model[0][burst_ends],
        model_drain_seconds=model[1],
        waiting=emulated[0],
        model_waiting=model[0],
        day_cpu_seconds=_cpu_seconds(partial(simulate, prod, day)),
        search_cpu_seconds=_cpu_seconds(partial(cheapest, small, costs, launch, 30)),
        day_search_cpu_seconds=_cpu_seconds(partial(cheapest, small, costs, steady(2000, len(day.rates)), 10)),
    )
    on_progress(str(figures))
    return figures


def _cpu_seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _model() -> tuple[Sequence[float], float]:
    """The orders that wait at the end of each second, and the seconds after the burst until none does."""
    inputs = replace(
        CapacityInputs.of_stack("dev"),
        maximum_concurrency=CONCURRENT,
        batch_size=BATCH,
        batch_seconds=lambda _orders: BATCH_SECONDS,
    )
    run = simulate(inputs, Profile(rates=FLOW + BURST, after=0))
    assert run.drained_after is not None
    return run.timeline.backlog, run.drained_after


def _emulate(clients: Clients) -> tuple[Sequence[float], float]:
    """What `_model` returns, from the emulator."""
    queue = _deploy(clients)
    waiting: list[float] = []
    started = time.monotonic()
    for second, orders in enumerate(FLOW + BURST, 1):
        for _ in range(orders // BATCH):
            entries = [{"Id": str(one), "MessageBody": "{}"} for one in range(BATCH)]
            clients.sqs.send_message_batch(QueueUrl=queue, Entries=entries)  # type: ignore[arg-type]
        time.sleep(max(0.0, started + second - time.monotonic()))
        waiting.append(count_messages(clients.sqs, queue).visible)
    ended = time.monotonic()
    while (found := count_messages(clients.sqs, queue)).total:
        if time.monotonic() - started >= len(waiting) + 1:
            waiting.append(found.visible)
        if time.monotonic() - ended > LONGEST_DRAIN_SECONDS:
            raise TimeoutError(f"{found.total} orders are still in the queue")
        time.sleep(0.1)
    return waiting, time.monotonic() - ended


def _deploy(clients: Clients) -> str:
    """Make a queue, and a function that takes the same time for each batch. Returns the URL of the queue."""
    queue = clients.sqs.create_queue(QueueName="Orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    with zipfile.ZipFile(code := io.BytesIO(), "w") as package:
        package.writestr("sleeper.py", HANDLER)
    clients.lambda_.create_function(
        FunctionName="Sleeper",
        Role="arn:aws:iam::000000000000:role/Sleeper",
        Runtime="python3.11",
        Handler="sleeper.handle",
        Timeout=10,
        Code={"ZipFile": code.getvalue()},
    )
    clients.lambda_.create_event_source_mapping(
        EventSourceArn=arn_of_queue(clients.sqs, queue),
        FunctionName="Sleeper",
        BatchSize=BATCH,
        ScalingConfig={"MaximumConcurrency": CONCURRENT},
    )
    return queue


if __name__ == "__main__":
    write_capacity(measure(partial(print, file=sys.stderr)))
