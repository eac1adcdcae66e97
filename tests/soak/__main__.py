"""Run a million deliveries through three processors with faults, and compare the table with a plain reference.

Exits with 1 if an order is lost or wrong. The figures go to docs/soak.json and to docs/benchmarks.md.
"""

import io
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, cast

from bench import report
from handler.contract import PARTITION_KEY
from handler.item import attributes_of
from handler.log import Log
from handler.order import parse_order
from handler.processor import Processor
from handler.store import DynamoDBStore
from tests.soak.model import MAX_RECEIVE_COUNT, Crashed, Faults, Message, Publishers, Queue, is_valid
from tests.support.fake_dynamodb import FakeDynamoDB
from tests.support.orders import FakeStore, record

DELIVERIES = 1_000_000
PROCESSORS = 3


class Mismatch(NamedTuple):
    lost: int
    wrong: int


def run(deliveries: int, seed: int) -> report.Soak:
    """Deliver at least that many messages, then deliver without end until the queue is empty."""
    chance = random.Random(seed)  # noqa: S311 - faults, not secrets
    queue, faults = Queue(Publishers(chance), chance), Faults(chance)
    table = FakeDynamoDB(faults.interfere)
    started = time.monotonic()
    _process_at_once(queue, table, lambda: queue.deliveries < deliveries, publish=True)
    while queue or queue.redrive():
        _process_at_once(queue, table, lambda: bool(queue), publish=False)
    found = compare(queue, table)
    return report.Soak(
        deliveries=queue.deliveries,
        messages=len(queue.published),
        faults=faults.count,
        processors=PROCESSORS,
        seconds=round(time.monotonic() - started),
        lost=found.lost,
        wrong=found.wrong,
        seed=seed,
    )


def _process_at_once(queue: Queue, table: FakeDynamoDB, go_on: Callable[[], bool], *, publish: bool) -> None:
    def work() -> None:
        while go_on():
            _invoke(queue, table, queue.receive(publish=publish))

    with ThreadPoolExecutor(PROCESSORS) as threads:
        for worker in [threads.submit(work) for _ in range(PROCESSORS)]:
            worker.result()


def _invoke(queue: Queue, table: FakeDynamoDB, batch: list[Message]) -> None:
    """Run one invocation of the function. After a crash, the whole batch becomes visible again."""
    store = DynamoDBStore("Orders", cast("Any", table))
    processor = Processor(
        store, Log(io.StringIO()), max_receive_count=MAX_RECEIVE_COUNT, retry_at_once=lambda _messages, _deadline: None
    )
    try:
        records = [record(str(message.number), message.body, attempt=message.receives) for message in batch]
        answer = processor.process(records, seconds_left=60)
        failed = {int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]}
    except Crashed:
        failed = {message.number for message in batch}
    finally:
        store._threads.shutdown()
    queue.settle(batch, failed)


def compare(queue: Queue, table: FakeDynamoDB) -> Mismatch:
    """Compare the table with a plain reference, which processes the published messages one after another."""
    reference = FakeStore()
    valid = [number for number, body in enumerate(queue.published) if is_valid(body)]
    for number in valid:
        reference.put([parse_order(queue.published[number])], deadline=0)
    stored = {order_id: attributes_of(item) for order_id, item in table.items.items()}
    expected = {str(item[PARTITION_KEY]): item for item in reference.items}
    lost = len(set(valid) - queue.done) + len(expected.keys() - stored.keys())
    wrong = len(queue.done - set(valid)) + sum(item != expected.get(order_id) for order_id, item in stored.items())
    return Mismatch(lost, wrong)


def main() -> int:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    soak = run(DELIVERIES, seed)
    print(soak)
    report.write_soak(soak)
    return 1 if soak.lost or soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
