"""The cause of letters whose attempts have no record, as `orders dlq` takes it from Lambda's lines, on the emulator."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ops.cli.exit_codes import Exit
from ops.local_system import LocalSystem, save_local_system
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, fill, new_id
from tests.support.orders import body
from tests.support.waiting import eventually

REQUEST = "6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5"
Write = Callable[..., None]


@pytest.fixture
def log_of(
    dlq: Orders,  # noqa: ARG001 - it moves the record of the local system
    queues: OrderQueues,
) -> Write:
    """Write lines into a log group of the test's own, which the command then reads."""
    logs, group = queues.clients.logs, f"/aws/lambda/{uuid4()}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    outputs = {**queues.outputs, "logGroupName": group}
    save_local_system(LocalSystem(url=queues.clients.emulator_url, outputs=outputs))

    def write(*lines: str, seconds_ago: int = 0) -> None:
        at = int(time.time() * 1000) - seconds_ago * 1000
        events: Any = [{"timestamp": at, "message": line} for line in lines]
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)

    return write


LINES = {
    f"{REQUEST} Task timed out after 5.00 seconds": "the function timed out",
    json.dumps(
        {"type": "platform.report", "record": {"requestId": REQUEST, "status": "timeout"}}
    ): "the function timed out",
    json.dumps(
        {"errorType": "Runtime.ImportModuleError", "errorMessage": "no module named x", "stackTrace": []}
    ): "the function could not start",
    f"RequestId: {REQUEST} Error: Runtime exited with error: signal: killed": "the function ran out of memory",
    f"RequestId: {REQUEST} Error: Runtime exited with error: exit status 1": "the function crashed",
}


@pytest.mark.parametrize("line", LINES)
def test_the_cause_of_a_letter_that_was_never_executed_comes_from_lambdas_lines(
    dlq: Orders, queues: OrderQueues, log_of: Write, line: str
) -> None:
    order_id = new_id()
    fill(queues, body(order_id))
    log_of(line)
    [group] = dlq("groups", "--json").json[0]["in the queue"]
    assert (group["class"], group["signature"]) == ("never executed", f"perhaps: {LINES[line]}")
    [letter] = dlq("list", "--json").json
    assert letter["reason"].startswith(f"no attempt was completed; perhaps: {LINES[line]} at 20")
    assert letter["group"] == group["group"]
    assert letter["reason"] in dlq("show", order_id).out
    assert dlq("show", order_id, "--json").json[0]["whyNoAttempt"] == letter["reason"]
    assert dlq("redrive", "--group", group["group"]).code == Exit.DONE


def moved_by_sqs(queues: OrderQueues) -> None:
    """Let SQS move a letter out of a queue, which then says so."""
    sqs = queues.clients.sqs
    source = sqs.create_queue(QueueName=f"S-{uuid4()}", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queues.dead_letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": policy})
    sqs.send_message(QueueUrl=source, MessageBody=body("T-1"))
    for _ in range(3):
        sqs.receive_message(QueueUrl=source)
    eventually(lambda: queues.visible(queues.dead_letters) == 1, "the dead letter")


def test_a_letter_that_sqs_moved_has_a_probable_cause(dlq: Orders, queues: OrderQueues, log_of: Write) -> None:
    moved_by_sqs(queues)
    log_of(f"{REQUEST} Task timed out after 5.00 seconds", "later noise")
    [letter] = dlq("list", "--json").json
    assert letter["reason"].startswith("no attempt was completed; probably: the function timed out at 20")


def test_without_a_line_the_letter_was_throttled_or_never_in_the_queue(
    dlq: Orders, queues: OrderQueues, log_of: Write
) -> None:
    log_of(f"{REQUEST} Task timed out after 5.00 seconds", seconds_ago=600)
    fill(queues, body("T-1"))
    [letter] = dlq("list", "--json").json
    assert letter["reason"] == "no attempt in the log: throttled, or not from OrderQueue"


def test_a_letter_that_sqs_moved_without_a_line_was_throttled(dlq: Orders, queues: OrderQueues, log_of: Write) -> None:
    log_of("noise")
    moved_by_sqs(queues)
    [letter] = dlq("list", "--json").json
    assert letter["reason"] == "no attempt in the log: probably throttled"


def test_a_logged_attempt_whose_invocation_then_failed_says_so(dlq: Orders, queues: OrderQueues, log_of: Write) -> None:
    [letter] = fill(queues, body("T-1"))
    record = {
        "level": "ERROR",
        "message": "order failed",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "service": "orders",
        "requestId": REQUEST,
        "messageId": letter.message_id,
        "orderId": "T-1",
        "attempt": 3,
        "maxAttempts": 3,
        "errorClass": "transient",
        "reason": "slow",
        "signature": "slow",
    }
    log_of(json.dumps(record), f"{REQUEST} Task timed out after 5.00 seconds")
    assert "then the whole batch failed: the function timed out at 20" in dlq("show", "T-1").out
    [attempt] = dlq("show", "T-1", "--json").json[0]["attempts"]
    assert attempt["invocation"].startswith("the function timed out at 20")
