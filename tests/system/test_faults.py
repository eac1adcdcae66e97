"""Faults between the function and DynamoDB delay orders, but lose none."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from threading import Event, Lock
from typing import Any
from uuid import uuid4

import pytest

from handler.contract import INSTANT
from handler.order import InvalidOrder, parse_order
from local.deployer import deploy
from local.emulator import emulator
from ops.samples import EXAMPLE_ORDER, invalid_orders
from tests.support.gateway import Answer, Gateway, Pass, gateway_to, reach_through, refused, undisturbed
from tests.support.pipeline import Pipeline
from tests.support.processes import emulator_on, needs_proc, processes_of
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def gateway(worker_id: str) -> Iterator[tuple[Pipeline, Gateway]]:
    """A pipeline whose function reaches DynamoDB through a gateway."""
    with emulator(f"faults-{worker_id}") as clients, gateway_to(clients) as gateway:
        pipeline = Pipeline(clients, deploy(clients))
        reach_through(clients, pipeline.outputs["processorName"], "AWS_ENDPOINT_URL_DYNAMODB", gateway.url)
        yield pipeline, gateway


@pytest.fixture
def pipeline(gateway: tuple[Pipeline, Gateway]) -> Pipeline:
    """The pipeline, without dead letters of other tests."""
    pipeline, _ = gateway
    pipeline.clients.sqs.purge_queue(QueueUrl=pipeline.outputs["deadLetterQueueUrl"])
    return pipeline


@pytest.fixture
def dynamodb(gateway: tuple[Pipeline, Gateway]) -> Iterator[Gateway]:
    """The gateway to DynamoDB. The fixture ends all disturbances after the test."""
    yield gateway[1]
    gateway[1].disturb = undisturbed


def orders(number: int) -> dict[str, str]:
    """Return new orders by their IDs."""
    ids = [f"F-{uuid4()}" for _ in range(number)]
    return {order_id: json.dumps({**EXAMPLE_ORDER, "orderId": order_id}) for order_id in ids}


def all_stored(pipeline: Pipeline, ids: Iterator[str] | dict[str, str]) -> bool:
    return all(pipeline.order(order_id) for order_id in ids)


def failures_of(pipeline: Pipeline, order_id: str) -> list[dict[str, Any]]:
    return [record for record in pipeline.log_records_of(order_id) if record["level"] == "ERROR"]


def settled(pipeline: Pipeline) -> bool:
    return pipeline.waiting("queueUrl") == 0


def test_orders_outlast_a_dynamodb_that_is_down_for_a_while(pipeline: Pipeline, dynamodb: Gateway) -> None:
    dynamodb.disturb = lambda *_: refused("InternalServerError", 500)
    published = orders(12)
    pipeline.publish(list(published.values()))
    eventually(lambda: all(failures_of(pipeline, order_id) for order_id in published), "a failed attempt of each order")
    assert not any(pipeline.order(order_id) for order_id in published)
    dynamodb.disturb = undisturbed

    eventually(lambda: all_stored(pipeline, published), "all orders in the table")
    eventually(lambda: settled(pipeline), "an empty queue")
    assert pipeline.dead_letters() == []
    assert {failures_of(pipeline, order_id)[0]["signature"] for order_id in published} == {"InternalServerError"}


def test_one_throttled_order_of_a_batch_comes_again_alone(pipeline: Pipeline, dynamodb: Gateway) -> None:
    published = orders(8)
    throttled = list(published)[3]
    seen: Counter[str] = Counter()

    def throttle_one(operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        if operation != "BatchExecuteStatement":
            return pass_on(body)
        ids = [parameter_of(statement) for statement in body["Statements"]]
        seen.update(ids)
        if throttled not in ids or seen[throttled] > 1:
            return pass_on(body)
        place = ids.index(throttled)
        others = [statement for statement in body["Statements"] if parameter_of(statement) != throttled]
        status, answer = pass_on({"Statements": others}) if others else (200, {"Responses": []})
        answer["Responses"].insert(place, {"Error": {"Code": "ThrottlingError", "Message": "too fast"}})
        return status, answer

    dynamodb.disturb = throttle_one
    pipeline.publish(list(published.values()))
    eventually(lambda: all_stored(pipeline, published), "all orders in the table")
    eventually(lambda: settled(pipeline), "an empty queue")
    [failure] = failures_of(pipeline, throttled)
    assert (failure["errorClass"], failure["signature"], failure["attempt"]) == ("transient", "ThrottlingError", 1)
    assert seen[throttled] > 1
    assert not any(failures_of(pipeline, order_id) for order_id in published if order_id != throttled)
    assert pipeline.dead_letters() == []


def parameter_of(statement: dict[str, Any]) -> str:
    """Return the order ID of an INSERT: its first parameter, because it is the first field of the example order."""
    return str(statement["Parameters"][0]["S"])


@needs_proc
@pytest.mark.parametrize("written", [False, True], ids=["before the write", "after the write"])
def test_orders_outlast_a_function_that_is_killed_in_the_middle_of_its_batch(
    pipeline: Pipeline, dynamodb: Gateway, written: bool
) -> None:
    leader = emulator_on(pipeline.clients.emulator_url.rpartition(":")[2])
    killed = Event()

    def kill_once(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        if killed.is_set():
            return pass_on(body)
        answer = pass_on(body) if written else (200, {})
        for process in set(processes_of(leader)) - {leader}:
            with suppress(ProcessLookupError):  # It ended meanwhile.
                os.kill(process, signal.SIGKILL)
                killed.set()
        return answer

    dynamodb.disturb = kill_once
    published = orders(5)
    pipeline.publish(list(published.values()))
    eventually(lambda: all_stored(pipeline, published), "all orders in the table")
    eventually(lambda: settled(pipeline), "an empty queue")
    assert killed.is_set()
    assert pipeline.dead_letters() == []
    # The killed attempt logged nothing. Every order has one record, of the attempt that succeeded.
    expected = [record for order_id in published for record in pipeline.log_records_of(order_id)]
    assert {record["level"] for record in expected} == {"INFO"}


def test_a_dynamodb_that_does_not_answer_in_time_is_answered_for(pipeline: Pipeline, dynamodb: Gateway) -> None:
    answering = Event()

    def hang(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        answering.wait(60)
        return pass_on(body)

    dynamodb.disturb = hang
    published = orders(3)
    pipeline.publish(list(published.values()))
    eventually(lambda: all(failures_of(pipeline, order_id) for order_id in published), "a failed attempt of each order")
    answering.set()

    eventually(lambda: all_stored(pipeline, published), "all orders in the table")
    eventually(lambda: settled(pipeline), "an empty queue")
    assert pipeline.dead_letters() == []
    # The function gave up in time to log the failure. Lambda did not stop it.
    assert {failures_of(pipeline, order_id)[0]["signature"] for order_id in published} <= {
        "ReadTimeoutError",
        "no time left",
    }


def mixed_orders(regular: int) -> list[str]:
    """Return new orders, updates, late versions, duplicates, conflicts and invalid orders, mixed."""
    bodies = []
    for number in range(regular):
        # Versions of one order are so far apart that some share a batch and others do not.
        order_id = f"M{number // 5 * 5 if number % 5 < 3 else number}"
        minute = (number * 7) % 3
        body = {**EXAMPLE_ORDER, "orderId": order_id, "timestamp": f"2025-05-03T12:0{minute}:00Z"}
        if number % 50 == 4:
            body["quantity"] = 0
        if number % 100 == 17:
            body |= {"orderId": f"M{number // 5 * 5}", "status": "conflicting", "timestamp": "2025-05-03T12:00:00Z"}
        bodies.append(json.dumps(body))
        if number % 10 == 9:
            bodies.append(bodies[-1])
    return [*bodies, *invalid_orders()]


def test_of_5000_mixed_orders_none_is_lost_and_none_is_there_twice(pipeline: Pipeline, dynamodb: Gateway) -> None:
    turns, lock = count(1), Lock()

    # Two requests in a row fail, because botocore tries each request twice.
    def fail_now_and_then(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
        with lock:
            turn = next(turns)
        if turn in {40, 41, 300, 301}:
            return refused("InternalServerError", 500)
        answer = pass_on(body)
        # Or DynamoDB writes the orders, and its answer is an error.
        return refused("InternalServerError", 500) if turn in {80, 81, 340, 341} else answer

    bodies = mixed_orders(4540)
    assert len(bodies) == 5000
    before = pipeline.stored()
    dynamodb.disturb = fail_now_and_then
    assert pipeline.publish(bodies) == []
    eventually(lambda: settled(pipeline), "an empty queue")

    assert next(turns) > 341, "every disturbance has had its turn"
    dead_letters = Counter(letter.body for letter in pipeline.dead_letters())
    versions: dict[str, set[str]] = {}
    invalid: Counter[str] = Counter()
    for body in bodies:
        try:
            order = parse_order(body)
            versions.setdefault(order.order_id, set()).add(order.instant)
        except InvalidOrder:
            invalid[body] += 1
    assert invalid <= dead_letters, "every invalid message is a dead letter once"
    for order_id, instants in versions.items():
        there = pipeline.order(order_id)
        assert there is not None
        assert there[INSTANT] == max(instants), f"{order_id} is at its latest version"
    conflicting = dead_letters - invalid
    for body in conflicting:
        order = parse_order(body)
        rivals = {other for other in bodies if other != body and f'"{order.order_id}"' in other}
        assert any(parse_order(rival).instant == order.instant for rival in rivals), f"{body} should have been stored"
    assert pipeline.stored() - before == len(versions)
