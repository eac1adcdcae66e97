"""Orders from a queue to the table or to the dead letters, through AWS's Lambda runtime."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from handler.contract import RecordField
from handler.order import InvalidOrder, parse_order
from handler.outcome import Kind
from ops.clients import local_clients
from ops.publish import publish_orders
from ops.samples import EXAMPLE_ORDER, invalid_orders, valid_orders
from tests.judges.aws_lambda.bootstrap import Bootstrap
from tests.judges.aws_lambda.flow import Flow, running_flow
from tests.judges.judge import Judge
from tests.support.defaults import DEFAULTS
from tests.support.gateway import Answer, Pass, refused, undisturbed
from tests.support.processes import needs_proc, python_in
from tests.support.recorder import Program

pytestmark = pytest.mark.judged(Judge.LAMBDA, f"zip-{DEFAULTS['processorRuntime']}")

BODIES = [json.dumps(EXAMPLE_ORDER), *valid_orders(94), *invalid_orders()]
"""The 101 orders of the demo."""
TIMEOUT_MILLISECONDS = 3000
"""The timeout of the function in the stack local."""


@pytest.fixture
def flow(local: Program, bootstrap: Bootstrap, tmp_path: Path, elasticmq: str, dynamodb_local: str) -> Iterator[Flow]:
    with running_flow(local, bootstrap, tmp_path, queues=elasticmq, database=dynamodb_local) as running:
        yield running


def reasons(bodies: list[str]) -> dict[str, str]:
    """Return the bodies that are no orders, with the reason."""
    found = {}
    for body in bodies:
        try:
            parse_order(body)
        except InvalidOrder as flaws:
            found[body] = flaws.reason
    return found


def succeeded(flow: Flow) -> list[str]:
    """The IDs of the orders that succeeded, one for each time."""
    return [
        order_id
        for record in flow.function.records
        for kind in (Kind.STORED, Kind.DUPLICATE)
        for order_id in record.get(kind, ())
    ]


def check_demo(flow: Flow) -> None:
    """Check that each order of the demo is in its place."""
    flow.process_all()
    invalid = reasons(BODIES)
    valid = [json.loads(body)["orderId"] for body in BODIES if body not in invalid]
    assert (len(valid), len(invalid)) == (95, 6)
    assert sorted(flow.stored()) == sorted(valid)
    assert sorted(succeeded(flow)) == sorted(valid), "no order was delivered again"
    letters = flow.dead_letters()
    assert Counter(letters.values()) == Counter(list(invalid))
    for message_id, body in letters.items():
        failures = flow.failures(message_id)
        assert [failure[RecordField.ATTEMPT] for failure in failures] == [1, 2, 3]
        assert {failure[RecordField.REASON] for failure in failures} == {invalid[body]}


@pytest.mark.judged(Judge.LAMBDA, "poison-order")
@pytest.mark.judged(Judge.ELASTICMQ, "poison-order")
def test_of_101_orders_95_are_stored_and_6_are_dead_letters_with_their_message_ids(
    dev: Program, bootstrap: Bootstrap, tmp_path: Path, elasticmq: str, dynamodb_local: str
) -> None:
    with running_flow(dev, bootstrap, tmp_path, queues=elasticmq, database=dynamodb_local) as flow:
        flow.send(BODIES)
        check_demo(flow)


@pytest.mark.judged(Judge.LAMBDA, "poison-order")
@pytest.mark.judged(Judge.LOCALSTACK, "poison-order")
def test_101_published_orders_take_the_same_ways(
    dev: Program, bootstrap: Bootstrap, tmp_path: Path, localstack: str, dynamodb_local: str
) -> None:
    with running_flow(dev, bootstrap, tmp_path, queues=localstack, database=dynamodb_local) as flow:
        sns = local_clients(localstack).sns
        topic = sns.create_topic(Name=f"OrderTopic-{uuid4()}")["TopicArn"]
        queue = flow.sqs.get_queue_attributes(QueueUrl=flow.queue_url, AttributeNames=["QueueArn"])
        raw = dev.one("aws:sns/topicSubscription:TopicSubscription", "OrderSubscription").inputs["rawMessageDelivery"]
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": json.dumps(raw)},
        )
        assert publish_orders(sns, topic, BODIES) == []
        check_demo(flow)


@pytest.mark.judged(Judge.LAMBDA, "retry-at-once")
@pytest.mark.judged(Judge.ELASTICMQ, "retry-at-once")
def test_a_poison_order_is_a_dead_letter_without_waiting_for_its_visibility_timeout(
    dev: Program, bootstrap: Bootstrap, tmp_path: Path, elasticmq: str, dynamodb_local: str
) -> None:
    with running_flow(dev, bootstrap, tmp_path, queues=elasticmq, database=dynamodb_local) as flow:
        flow.send(["{}"])
        # Each poll waits for a second at most, so that none of them sees the end of a visibility timeout of 30 s.
        polled = [flow.poller.poll() for _ in range(4)]
        assert polled == [1, 1, 1, 0]
        [message_id] = flow.dead_letters()
        assert len(flow.failures(message_id)) == 3


def test_orders_outlast_a_table_that_throttles(flow: Flow) -> None:
    throttled = iter(range(4))  # Two requests, which botocore tries twice.

    def throttle(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        return pass_on(body) if next(throttled, None) is None else refused("ThrottlingException")

    flow.dynamodb.disturb = throttle
    flow.send(list(valid_orders(3)))
    flow.process_all()
    assert len(flow.stored()) == 3
    assert flow.dead_letters() == {}
    failures = [record for record in flow.function.records if RecordField.ERROR_CLASS in record]
    assert {failure[RecordField.SIGNATURE] for failure in failures} == {"ThrottlingException"}


def test_the_function_answers_in_time_for_a_table_that_does_not(flow: Flow) -> None:
    answering = Event()

    def hang(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        answering.wait(60)
        return pass_on(body)

    flow.dynamodb.disturb = hang
    flow.send([*valid_orders(2), "{}"])
    assert flow.poller.poll()
    answering.set()
    flow.dynamodb.disturb = undisturbed
    flow.process_all()
    assert len(flow.stored()) == 2
    assert list(flow.dead_letters().values()) == ["{}"]
    # The runtime was never stopped: every invocation wrote its records.
    batches = [record for record in flow.function.records if record["message"] == "batch processed"]
    assert len(batches) == len(flow.function.durations)


def stop_runtime(flow: Flow) -> None:
    """Stop the process of the runtime, as if it had no processor time left."""
    os.kill(python_in(flow.function.folder), signal.SIGSTOP)


@needs_proc
def test_orders_of_a_function_that_times_out_once_are_stored_at_the_next_receive(flow: Flow) -> None:
    stopped = Event()

    def stop_once(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        if not stopped.is_set():
            stopped.set()
            stop_runtime(flow)
        return pass_on(body)

    flow.dynamodb.disturb = stop_once
    flow.send(list(valid_orders(4)))
    flow.process_all()
    assert TIMEOUT_MILLISECONDS in flow.function.durations
    assert len(flow.stored()) == 4
    assert flow.dead_letters() == {}


@needs_proc
@pytest.mark.judged(Judge.LAMBDA, "poison-order")
@pytest.mark.judged(Judge.ELASTICMQ, "poison-order")
def test_orders_of_a_function_that_always_times_out_are_dead_letters_after_3_receives(flow: Flow) -> None:
    def stop(*_: object) -> Answer:
        stop_runtime(flow)
        return refused("InternalServerError", 500)

    flow.dynamodb.disturb = stop
    sent = flow.sqs.send_message(QueueUrl=flow.queue_url, MessageBody=json.dumps(EXAMPLE_ORDER))
    flow.process_all()
    assert flow.dead_letters() == {sent["MessageId"]: json.dumps(EXAMPLE_ORDER)}
    assert flow.failures(sent["MessageId"]) == []
    assert flow.function.durations == [TIMEOUT_MILLISECONDS] * 3
    assert flow.stored() == []
