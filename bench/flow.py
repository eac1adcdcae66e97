"""Orders on their whole way, from the topic to the table, on the emulator.

`python -m bench.flow` measures only this.
"""

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from bench import startup
from bench.report import Flow, Latency, write_flow
from bench.warm import SEED_STYLE
from handler.contract import ENTRY_POINT
from infra.package import build_package
from infra.project import ROOT
from local.deployer import deploy
from local.emulator import emulator
from ops.cost import OURS
from ops.publish import publish_orders
from ops.queues import count_messages
from ops.samples import sample_orders
from ops.system import LOCAL, System
from ops.table import count_orders, get_order

ORDERS, ROUNDS = 1000, 3
RATES = (5, 20, 50)
"""Orders a second."""
ORDERS_AT_A_RATE = 200
WAITING_ORDERS = 32
PAUSE_SECONDS = 0.005
PATIENCE_SECONDS = 120
MANY = 1_000_000


def measure(on_progress: Callable[[str], None]) -> Flow:
    """Run each handler in the same function of the same system, in turns, and publish a million orders to a stub."""
    packages = {OURS: (ROOT / build_package().path).read_bytes(), SEED_STYLE: _seed_style()}
    seconds: dict[str, list[float]] = {name: [] for name in packages}
    latencies: dict[int, dict[str, Sequence[float]]] = {rate: {} for rate in RATES}
    with emulator("bench-flow") as clients:
        system = System.of(LOCAL, deploy(clients), clients.emulator_url)
        for _ in range(ROUNDS):
            for name, package in packages.items():
                _run(system, package)
                seconds[name].append(_seconds_for_all(system))
                on_progress(f"{name}: {ORDERS / seconds[name][-1]:.0f} orders/s")
        for rate in RATES:
            for name, package in packages.items():
                _run(system, package)
                latencies[rate][name] = _latencies(system, rate)
                on_progress(f"{name} at {rate} orders/s: median {median(latencies[rate][name]) * 1000:.0f} ms")
    flow = Flow(
        orders=ORDERS,
        per_second={name: ORDERS / median(taken) for name, taken in seconds.items()},
        latencies={
            rate: {
                name: Latency(median=median(taken), p99=quantiles(taken, n=100)[98]) for name, taken in by_name.items()
            }
            for rate, by_name in latencies.items()
        },
        published=MANY,
        publish_bytes=startup.memory_of_publishing(MANY),
    )
    on_progress(f"{MANY:,} orders published with {flow.publish_bytes / 2**20:.0f} MiB of memory")
    return flow


def _seed_style() -> bytes:
    """Return a zip whose entry point is that of this project, so that only the code changes."""
    module = Path(*ENTRY_POINT.split(".")[:-1]).with_suffix(".py")
    with zipfile.ZipFile(package := io.BytesIO(), "w") as file:
        file.writestr(str(module), (ROOT / "bench/handlers/seed_style.py").read_text())
    return package.getvalue()


def _run(system: System, package: bytes) -> None:
    """Deploy the code, and wait until it has stored orders, so that its start does not count."""
    system.clients.lambda_.update_function_code(FunctionName=system.outputs.processor_name, ZipFile=package)
    _store(system, list(sample_orders(20)))


def _seconds_for_all(system: System) -> float:
    bodies = list(sample_orders(ORDERS))
    started = time.perf_counter()
    _store(system, bodies)
    return time.perf_counter() - started


def _store(system: System, bodies: Sequence[str]) -> None:
    """Publish orders, and wait until all are in the table. Raises RuntimeError if some are not."""
    clients, outputs = system.clients, system.outputs
    stored = count_orders(clients.dynamodb, outputs.table_name)
    publish_orders(clients.sns, outputs.topic_arn, bodies)
    _wait(lambda: count_messages(clients.sqs, outputs.queue_url).total == 0)
    found = count_orders(clients.dynamodb, outputs.table_name) - stored
    if found != len(bodies):
        raise RuntimeError(f"{found} of {len(bodies)} orders are in the table")


def _latencies(system: System, rate: int) -> list[float]:
    """Publish one order after another at this rate. Return the seconds of each until it is in the table."""
    started = time.perf_counter()

    def latency(place: int, body: str) -> float:
        time.sleep(max(0.0, started + place / rate - time.perf_counter()))
        published = time.perf_counter()
        system.clients.sns.publish(TopicArn=system.outputs.topic_arn, Message=body)
        order_id = json.loads(body)["orderId"]
        _wait(lambda: get_order(system.clients.dynamodb, system.outputs.table_name, order_id) is not None)
        return time.perf_counter() - published

    with ThreadPoolExecutor(WAITING_ORDERS) as threads:
        return list(threads.map(latency, range(ORDERS_AT_A_RATE), sample_orders(ORDERS_AT_A_RATE)))


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"orders are not in the table after {PATIENCE_SECONDS} s")
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    write_flow(measure(partial(print, file=sys.stderr)))
