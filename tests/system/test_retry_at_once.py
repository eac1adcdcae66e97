"""Orders that can never succeed do not wait for their visibility timeout, not even after their last attempt."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from local.deployer import deploy
from local.emulator import emulator
from ops.samples import EXAMPLE_ORDER
from tests.support.pipeline import Pipeline

VISIBILITY_TIMEOUT_SECONDS = 30
PATIENCE_SECONDS = 25
"""Less than one visibility timeout: an order that waits for it once is too late."""


@pytest.fixture(scope="module")
def pipeline(worker_id: str) -> Iterator[Pipeline]:
    """A pipeline with the visibility timeout that stacks on AWS have by default."""
    with emulator(f"at-once-{worker_id}") as clients:
        settings = {"visibilityTimeoutSeconds": str(VISIBILITY_TIMEOUT_SECONDS)}
        yield Pipeline(clients, deploy(clients, settings=settings))


def test_an_order_that_can_never_succeed_is_a_dead_letter_before_one_visibility_timeout(pipeline: Pipeline) -> None:
    order_id = f"P-{uuid4()}"
    poison = json.dumps({**EXAMPLE_ORDER, "orderId": order_id, "quantity": 0})
    neighbour = json.dumps({**EXAMPLE_ORDER, "orderId": f"N-{uuid4()}"})
    deadline = time.monotonic() + PATIENCE_SECONDS
    pipeline.publish([poison, neighbour])
    while not pipeline.waiting("deadLetterQueueUrl"):
        assert time.monotonic() < deadline, "the order waits for its visibility timeout"
        time.sleep(0.05)

    [letter] = pipeline.dead_letters()
    attempts = [record for record in pipeline.log_records_of(order_id) if record["level"] == "ERROR"]
    assert sorted(record["attempt"] for record in attempts) == [1, 2, 3]
    assert {record["messageId"] for record in attempts} == {letter.message_id}
    # After its last attempt, too, the order was made visible: SQS moves it at the next receive, and not before.
    times = sorted(datetime.fromisoformat(record["timestamp"]) for record in attempts)
    assert times[-1] - times[0] < timedelta(seconds=VISIBILITY_TIMEOUT_SECONDS)
    assert pipeline.waiting("queueUrl") == 0
