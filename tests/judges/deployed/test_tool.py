"""The `orders` command on LocalStack's queues, alarms and logs."""

import json
from pathlib import Path

import pytest

from handler.message_group import group_id
from ops.cli.exit_codes import Exit
from tests.support.command import CommandResult, Orders, find_system, run_orders
from tests.support.orders import body
from tests.support.pipeline import Pipeline


@pytest.fixture
def orders(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Orders:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    find_system(monkeypatch, tmp_path, pipeline.clients.emulator_url, pipeline.outputs)

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, *arguments, stdin=stdin)

    return run


def test_the_command_publishes_shows_the_status_corrects_and_redrives(orders: Orders, pipeline: Pipeline) -> None:
    assert orders("publish", "-", stdin=body("O-1")).code == Exit.DONE
    sqs, dead_letters = pipeline.clients.sqs, pipeline.outputs["deadLetterQueueUrl"]
    sqs.send_message(QueueUrl=dead_letters, MessageBody=body("O-2", quantity=0))
    ran = orders("status", "--json")
    assert ran.code == Exit.DONE, ran.err
    [status] = ran.json
    assert [(queue["name"], queue["visible"]) for queue in status["queues"][:2]] == [("OrderQueue", 1), ("OrderDLQ", 1)]

    assert orders("dlq", "edit", "O-2", "--set", "quantity=1", "--confirm").code == Exit.DONE
    assert orders("dlq", "redrive", "O-2", "--confirm").code == Exit.DONE
    ran = orders("status", "--json")
    assert ran.code == Exit.DONE, ran.err
    [status] = ran.json
    assert [(queue["name"], queue["visible"]) for queue in status["queues"][:2]] == [("OrderQueue", 2), ("OrderDLQ", 0)]
    steps = [(one["history"], one["step"]) for one in orders("dlq", "history", "--json").json]
    assert steps == [("edit", "begun"), ("edit", "ended"), ("redrive", "begun"), ("redrive", "ended")]


def test_orders_arrive_in_the_queue_with_their_customers_as_message_groups(orders: Orders, pipeline: Pipeline) -> None:
    sqs, queue = pipeline.clients.sqs, pipeline.outputs["queueUrl"]
    sqs.purge_queue(QueueUrl=queue)
    grouped = body("O-3", userId="U3") + body("O-4", userId="two words")
    assert orders("publish", "-", "--group-by", "userId", stdin=grouped).code == Exit.DONE
    assert orders("publish", "-", stdin=body("O-5", userId="U5")).code == Exit.DONE

    groups: dict[str, str | None] = {}
    while len(groups) < 3:
        [message] = sqs.receive_message(
            QueueUrl=queue, WaitTimeSeconds=5, MessageSystemAttributeNames=["MessageGroupId"]
        )["Messages"]
        groups[json.loads(message["Body"])["orderId"]] = message.get("Attributes", {}).get("MessageGroupId")
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert groups == {"O-3": "U3", "O-4": group_id("two words"), "O-5": None}
