"""Both functions on each Python that a stack can have and on arm64, in AWS's own bootstrap."""

import json
import os
import platform
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from bench.warm import SEED_STYLE
from handler.contract import Variable
from infra.function import request_timeout_seconds
from ops.clients import local_clients
from ops.cost import OURS
from ops.log.causes import Cause
from ops.log.lines import Line, Source, line_of
from ops.samples import invalid_orders, valid_orders
from tests.judges.aws_lambda.arm64 import installed_arm64_bootstrap
from tests.judges.aws_lambda.bootstrap import (
    PATIENT_TIMEOUT_SECONDS,
    Bootstrap,
    Function,
    InvocationError,
    running_function,
)
from tests.judges.aws_lambda.flow import running_flow, sqs_of
from tests.judges.aws_lambda.starts import measure
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.support.defaults import DEFAULTS
from tests.support.processes import needs_proc, python_in
from tests.support.recorder import Program
from tests.support.stream_records import item, stream_record
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

THE_ZIP_RUNS = f"zip-{DEFAULTS['processorRuntime']}"
"""The claim about the runtime that the stacks have."""
UNREACHABLE = "http://127.0.0.1:9"


def parsed(lines: list[str]) -> list[Line]:
    return [line_of({"message": line}) for line in lines]


def received(sqs: "SQSClient", queue_url: str, count: int) -> list[dict[str, Any]]:
    """Wait for a number of messages, and return their bodies. SNS delivers each on its own."""
    bodies: list[dict[str, Any]] = []

    def receive() -> bool:
        messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
            "Messages", []
        )
        bodies.extend(json.loads(message["Body"]) for message in messages)
        return len(bodies) >= count

    eventually(receive, f"{count} messages")
    return bodies


@pytest.mark.judged(Judge.LAMBDA, "lambda-lines")
def test_the_processor_runs_on_each_runtime_and_its_records_are_the_log(
    patient: Program, each_bootstrap: Bootstrap, tmp_path: Path, elasticmq: str, dynamodb_local: str
) -> None:
    with running_flow(patient, each_bootstrap, tmp_path, queues=elasticmq, database=dynamodb_local) as flow:
        flow.send([*valid_orders(8), *invalid_orders()])
        flow.process_all()
        assert (len(flow.stored()), len(flow.dead_letters())) == (8, 6)
        lines = parsed(flow.function.lines)
    assert {line.source for line in lines} == {Source.PROCESSOR, Source.LAMBDA}
    assert all(line.is_routine and line.request_id for line in lines if line.source is Source.LAMBDA)


def test_the_notifier_runs_on_each_runtime(
    local: Program, each_bootstrap: Bootstrap, tmp_path: Path, localstack: str
) -> None:
    sqs, sns = sqs_of(localstack), local_clients(localstack).sns
    topic = sns.create_topic(Name=f"OrderEvents-{uuid4()}")["TopicArn"]
    subscriber, given_up = (sqs.create_queue(QueueName=f"{uuid4()}")["QueueUrl"] for _ in range(2))
    arn = sqs.get_queue_attributes(QueueUrl=subscriber, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    declared = {**local.one("aws:lambda/function:Function", "OrderNotifier").inputs, "timeout": PATIENT_TIMEOUT_SECONDS}
    variables = {
        Variable.REQUEST_TIMEOUT_SECONDS: str(request_timeout_seconds(PATIENT_TIMEOUT_SECONDS)),
        Variable.EVENT_TOPIC_ARN: topic,
        Variable.GIVEN_UP_QUEUE_URL: given_up,
        "AWS_ENDPOINT_URL_SNS": localstack,
        "AWS_ENDPOINT_URL_SQS": localstack,
    }
    no_order = {"orderId": {"S": "X"}}
    with running_function(each_bootstrap, tmp_path, declared, variables) as function:
        records = [stream_record(item("O1")), stream_record(no_order), stream_record(item("O2"))]
        assert function.invoke({"Records": records}) == {"batchItemFailures": []}
    assert {event["subject"] for event in received(sqs, subscriber, 2)} == {"O1", "O2"}
    assert [letter["orderId"] for letter in received(sqs, given_up, 1)] == ["X"]


def machine_of(bootstrap: Bootstrap) -> str:
    """Return the processor that the Python of a runtime runs on."""
    command = (bootstrap.python, "-c", "import platform; print(platform.machine())")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.judged(Judge.LAMBDA, "zip-arm64")
def test_the_python_for_arm64_runs_on_such_a_processor(have: Have) -> None:
    assert machine_of(have(installed_arm64_bootstrap)) == "aarch64"


@pytest.fixture
def notifier(local: Program, bootstrap: Bootstrap, tmp_path: Path) -> Iterator[Function]:
    """The notifier, without an SNS that it can reach."""
    declared = local.one("aws:lambda/function:Function", "OrderNotifier").inputs
    variables = {"AWS_ENDPOINT_URL_SNS": UNREACHABLE, "AWS_ENDPOINT_URL_SQS": UNREACHABLE}
    with running_function(bootstrap, tmp_path, declared, variables) as function:
        yield function


@pytest.mark.judged(Judge.LAMBDA, THE_ZIP_RUNS)
def test_changes_that_cannot_be_told_are_reported_by_their_sequence_numbers(notifier: Function) -> None:
    records = [stream_record(item(order_id)) for order_id in ("O1", "O2")]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    assert notifier.invoke({"Records": records}) == {
        "batchItemFailures": [{"itemIdentifier": number} for number in numbers]
    }


@pytest.fixture
def processor(local: Program, bootstrap: Bootstrap, tmp_path: Path) -> Iterator[Function]:
    """The processor, without a DynamoDB that it can reach."""
    declared = local.one("aws:lambda/function:Function", "OrderProcessor").inputs
    with running_function(bootstrap, tmp_path, declared, {"AWS_ENDPOINT_URL_DYNAMODB": UNREACHABLE}) as function:
        yield function


@pytest.mark.judged(Judge.LAMBDA, "zip-arm64")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="needs a processor of x86_64")
def test_the_zip_runs_on_x86_64(processor: Function, bootstrap: Bootstrap) -> None:
    assert processor.invoke({"Records": []}) == {"batchItemFailures": []}
    assert machine_of(bootstrap) == "x86_64"


@pytest.mark.judged(Judge.LAMBDA, "lambda-lines")
def test_a_function_that_could_not_start_is_recognized(local: Program, bootstrap: Bootstrap, tmp_path: Path) -> None:
    declared = local.one("aws:lambda/function:Function", "OrderProcessor").inputs
    with (
        running_function(bootstrap, tmp_path, declared, {Variable.MAX_RECEIVE_COUNT: "three"}) as function,
        pytest.raises(InvocationError),
    ):
        function.invoke({"Records": []})
    lines = parsed(function.lines)
    assert {line.source for line in lines} == {Source.LAMBDA}
    [failure] = [line for line in lines if line.cause]
    assert failure.cause is Cause.COULD_NOT_START
    assert "invalid literal for int() with base 10: 'three'" in failure.message


@pytest.mark.judged(Judge.LAMBDA, "lambda-lines")
def test_an_exception_is_recognized_with_its_request(processor: Function) -> None:
    with pytest.raises(InvocationError):
        processor.invoke({"no records": []})
    [failure] = [line for line in parsed(processor.lines) if line.cause]
    assert (failure.cause, failure.source) == (Cause.CRASHED, Source.LAMBDA)
    assert failure.message.startswith("KeyError: 'Records'")
    assert any(line.message.startswith(f"START RequestId: {failure.request_id}") for line in parsed(processor.lines))


@needs_proc
@pytest.mark.judged(Judge.LAMBDA, "lambda-lines")
@pytest.mark.parametrize(
    ("sent", "cause"),
    [(signal.SIGSTOP, Cause.TIMED_OUT), (signal.SIGKILL, Cause.OUT_OF_MEMORY)],
    ids=["a timeout", "a kill"],
)
def test_the_end_of_the_process_is_recognized(processor: Function, sent: signal.Signals, cause: Cause) -> None:
    assert processor.invoke({"Records": []}) == {"batchItemFailures": []}
    os.kill(python_in(processor.folder), sent)
    with pytest.raises(InvocationError) as ended:
        processor.invoke({"Records": []})
    # The emulator does not log this text, as Lambda does. It answers with it.
    assert line_of({"message": str(ended.value)}).cause is cause
    assert processor.invoke({"Records": []}) == {"batchItemFailures": []}


def test_the_starts_of_both_handlers_are_measured(bootstrap: Bootstrap) -> None:
    [by_name] = measure({"the runtime": bootstrap}, 1, lambda _: None).milliseconds.values()
    assert by_name.keys() == {OURS, SEED_STYLE}
    assert all(milliseconds > 0 for milliseconds in by_name.values())
