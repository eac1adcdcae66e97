"""The `orders` command on moto, which checks permissions and credentials. The emulator does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from handler.contract import INSTANT, PARTITION_KEY
from ops.cli.exit_codes import Exit
from ops.dead_letters.timing import Timing
from tests.support.command import run_orders
from tests.support.orders import body

REGION = "eu-west-1"
ORDER = {"orderId": {"S": "O1"}, "userId": {"S": "U1"}, "status": {"S": "new"}, "quantity": {"N": "1"}}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The outputs of a stack in moto's account, as a fake `pulumi` prints them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with mock_aws():
        queues = {
            output: boto3.client("sqs", REGION).create_queue(QueueName=name)["QueueUrl"]
            for output, name in {
                "queueUrl": "OrderQueue",
                "deadLetterQueueUrl": "OrderDLQ",
                "undeliveredQueueUrl": "OrderUndelivered",
            }.items()
        }
        boto3.client("dynamodb", REGION).create_table(
            TableName="Orders",
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        boto3.client("dynamodb", REGION).put_item(TableName="Orders", Item=ORDER)
        boto3.client("logs", REGION).create_log_group(logGroupName="/aws/lambda/OrderProcessor")
        outputs = {
            **queues,
            "topicArn": boto3.client("sns", REGION).create_topic(Name="OrderTopic")["TopicArn"],
            "tableName": "Orders",
            "logGroupName": "/aws/lambda/OrderProcessor",
        }
        program = tmp_path / "pulumi"
        program.write_text(f"#!/bin/sh\necho '{json.dumps(outputs)}'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        yield outputs


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """Return the exit code and the output."""
    ran = run_orders(monkeypatch, capsys, *arguments, "--stack", "dev")
    return ran.code, ran.out, ran.err


@pytest.mark.usefixtures("stack")
def test_an_order_is_read_from_a_deployed_stack(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "get", "O1", "--json")
    assert (code, json.loads(out)) == (Exit.DONE, {"orderId": "O1", "userId": "U1", "status": "new", "quantity": 1})
    assert run(capsys, monkeypatch, "list", "--status", "new")[1].splitlines()[1].split() == ["O1", "U1", "1", "new"]


@pytest.mark.usefixtures("stack")
def test_the_fields_of_an_order_have_the_same_sequence_in_whatever_sequence_dynamodb_returns_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nested: Any = {"L": [{"M": {"b": {"S": "2"}, "a": {"S": "1"}}}]}
    item = {"gift": {"BOOL": True}, "crates": nested, INSTANT: {"S": "2025-05-03T12:00:00"}, **ORDER}
    values = ["O1", "U1", "1", "new", "2025-05-03T12:00:00", '[{"a": "1", "b": "2"}]', "true"]
    document = (
        f'{{"orderId": "O1", "userId": "U1", "quantity": 1, "status": "new", "{INSTANT}": "2025-05-03T12:00:00", '
        '"crates": [{"a": "1", "b": "2"}], "gift": true}\n'
    )
    for returned in (item, dict(reversed(item.items()))):
        boto3.client("dynamodb", REGION).put_item(TableName="Orders", Item=returned)
        assert [line.split(maxsplit=1)[1] for line in run(capsys, monkeypatch, "get", "O1")[1].splitlines()] == values
        assert run(capsys, monkeypatch, "get", "O1", "--json")[1] == document
        assert run(capsys, monkeypatch, "list", "--json")[1] == document


def test_samples_get_to_the_topics_subscribers(
    stack: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = boto3.client("sqs", REGION).get_queue_attributes(QueueUrl=stack["queueUrl"], AttributeNames=["QueueArn"])
    boto3.client("sns", REGION).subscribe(
        TopicArn=stack["topicArn"], Protocol="sqs", Endpoint=queue["Attributes"]["QueueArn"]
    )
    assert run(capsys, monkeypatch, "publish", "--sample", "25")[1] == "accepted 25 of 25 orders\n"
    counted = boto3.client("sqs", REGION).get_queue_attributes(
        QueueUrl=stack["queueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert counted["Attributes"]["ApproximateNumberOfMessages"] == "25"


def test_dead_letters_are_edited_redriven_and_archived_on_a_deployed_stack(
    stack: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ops.cli.dlq.looking.TIMING", Timing(poll_seconds=0, slack_seconds=0))
    sqs, file = boto3.client("sqs", REGION), str(tmp_path / "letters.jsonl")
    sqs.set_queue_attributes(QueueUrl=stack["queueUrl"], Attributes={"VisibilityTimeout": "0"})

    def dlq(*arguments: str, code: int = Exit.DONE) -> str:
        ended, out, err = run(capsys, monkeypatch, "dlq", *arguments)
        assert ended == code, err
        return out

    def waiting(output: str) -> list[str]:
        messages = sqs.receive_message(QueueUrl=stack[output], MaxNumberOfMessages=10, VisibilityTimeout=0)
        return sorted(json.loads(message["Body"])["orderId"] for message in messages.get("Messages", []))

    for order in (body("T1", quantity=0), body("T2"), body("T3")):
        sqs.send_message(QueueUrl=stack["deadLetterQueueUrl"], MessageBody=order)
    listed = [json.loads(line) for line in dlq("list", "--json").splitlines()]
    assert {letter["orderId"]: letter["class"] for letter in listed} == dict.fromkeys(
        ("T1", "T2", "T3"), "never executed"
    )
    assert "3 dead letters in the queue" in dlq("groups")
    shown = dlq("show", "T1")
    assert '>   "quantity": 0' in shown
    assert "#logsV2:log-groups/log-group/$252Faws$252Flambda$252FOrderProcessor/log-events$3FfilterPattern$3D" in shown
    edited = dlq("edit", "T1", "--set", "quantity=1", "--confirm", "--reason", "the shop sent 0")
    assert edited.splitlines()[-1].endswith(" --confirm --wait --stack dev")
    dlq("archive", file, "T3", "--confirm", "--keep")
    assert waiting("deadLetterQueueUrl") == ["T1", "T2", "T3"]
    assert "deleted 1 dead letter" in dlq("purge", file, "--confirm")
    assert "restored 1 dead letter" in dlq("restore", file, "--confirm")
    dlq("archive", file, "T2", "--confirm")
    assert waiting("deadLetterQueueUrl") == ["T1", "T3"]
    dlq("redrive", "--where", "quantity=1", code=Exit.DONE)
    assert waiting("queueUrl") == []
    dlq("redrive", "T1", "--confirm")
    assert (waiting("queueUrl"), waiting("deadLetterQueueUrl")) == (["T1"], ["T3"])
    history = [json.loads(line) for line in dlq("history", "--json").splitlines()]
    assert [record["history"] for record in history if record["step"] == "ended"] == [
        *("edit", "archive", "purge", "restore", "archive", "redrive")
    ]
    assert history[0]["why"] == "the shop sent 0"

    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.cli.terminal.time", SimpleNamespace(sleep=stop))
    assert "OrderDLQ 1 0" in " ".join(dlq("watch", code=130).split())


COMMANDS = {
    "publish": ("publish", "--sample", "1"),
    "get": ("get", "O1"),
    "list": ("list",),
    "logs": ("logs",),
    "status": ("status",),
    "dlq list": ("dlq", "list"),
    "dlq groups": ("dlq", "groups"),
    "dlq show": ("dlq", "show", "O1"),
    "dlq edit": ("dlq", "edit", "O1", "--set", "quantity=1"),
    "dlq redrive": ("dlq", "redrive", "--all", "--confirm"),
    "dlq archive": ("dlq", "archive", "letters.jsonl", "--all", "--confirm"),
    "dlq history": ("dlq", "history"),
    "dlq move status": ("dlq", "move", "status"),
}


# moto returns the real error for unknown credentials only for some services, such as SNS.
@pytest.mark.usefixtures("stack")
def test_credentials_that_aws_does_not_know_are_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = set_initial_no_auth_action_count(0)(run)(capsys, monkeypatch, *COMMANDS["publish"])
    assert (code, out) == (Exit.NO_ACCESS, "")
    assert err.startswith("AWS does not know these credentials (InvalidClientTokenId)")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_what_the_user_may_not_do_is_one_line(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = boto3.client("iam", REGION)
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    code, out, err = set_initial_no_auth_action_count(0)(run)(capsys, monkeypatch, *arguments)
    assert (code, out) == (Exit.NO_ACCESS, "")
    assert err.startswith("these credentials may not ")
    assert err.count("\n") == 1
