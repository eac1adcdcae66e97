"""Live facts, on moto: messages, items, and resources that cannot be read."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import resource_types as types
from ops.log.reading import HISTORY_STREAM
from ops.pause.outlook import Outlook
from ops.review.finding import Verdict
from ops.review.live import Live, Stopped, read_live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.support.arns import ACCOUNT, REGION
from tests.support.no_credentials import remove_credentials
from tests.support.previews import ARN, preview, step, urn

OTHER_ACCOUNT = "999999999999"
LOWERED = {"messageRetentionSeconds": 90}, {"messageRetentionSeconds": 60}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        yield


def queue(name: str, account: str = ACCOUNT) -> dict[str, Any]:
    """A lower retention. moto finds a queue by its name, whatever account its URL names."""
    url = f"https://sqs.{REGION}.amazonaws.com/{account}/{name}"
    outputs = {"name": name, "arn": f"arn:aws:sqs:{REGION}:{account}:{name}", "url": url}
    return step("update", types.QUEUE, name, *LOWERED, outputs=outputs)


def table(name: str, account: str = ACCOUNT) -> dict[str, Any]:
    outputs = {"name": name, "arn": f"arn:aws:dynamodb:{REGION}:{account}:table/{name}"}
    return step("delete", types.TABLE, name, {}, outputs=outputs)


@pytest.fixture
def orders() -> None:
    """The table `Orders`, with one order."""
    dynamodb = boto3.client("dynamodb", REGION)
    dynamodb.create_table(
        TableName="Orders",
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="Orders", Item={"orderId": {"S": "O1"}})


@pytest.mark.usefixtures("orders")
def test_messages_and_orders_are_counted() -> None:
    sqs = boto3.client("sqs", REGION)
    url = sqs.create_queue(QueueName="OrderQueue")["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.receive_message(QueueUrl=url)
    found = preview(queue("OrderQueue"), table("Orders"))
    live = read_live(found)
    assert live.unread == {}
    assert {one.what for one in review(found, live).findings} == {
        "lowers the retention of OrderQueue from 90 s to 60 s; 2 visible messages and 1 in flight",
        "deletes the table Orders; it contains about 1 orders",
    }


@pytest.mark.usefixtures("orders")
def test_resources_of_the_same_names_in_another_account_are_not_counted() -> None:
    boto3.client("sqs", REGION).create_queue(QueueName="OrderQueue")
    found = preview(queue("OrderQueue", OTHER_ACCOUNT), table("Orders", OTHER_ACCOUNT))
    live = read_live(found)
    assert (live.queues, live.items) == ({}, {})
    assert live.unread == {
        f"the account {ACCOUNT} answered, but the state is of the account {OTHER_ACCOUNT}: name its profile in "
        "AWS_PROFILE, or the emulator in AWS_ENDPOINT_URL": ["OrderQueue", "Orders"]
    }
    assert review(found, live).findings[0].verdict is Verdict.LOSES


@pytest.mark.parametrize(("account", "end"), [(ACCOUNT, ""), (ACCOUNT, ":*"), (OTHER_ACCOUNT, "")])
def test_the_age_of_a_log_group_is_that_of_the_one_in_the_state(account: str, end: str) -> None:
    boto3.client("logs", REGION).create_log_group(logGroupName="L")
    outputs = {"name": "L", "arn": f"arn:aws:logs:{REGION}:{account}:log-group:L{end}"}
    inputs = {"retentionInDays": 90}, {"retentionInDays": 14}
    log = step("update", types.LOG_GROUP, "L", *inputs, outputs=outputs)
    live = read_live(preview(log))
    assert (len(live.log_ages), len(live.unread)) == ((1, 0) if account == ACCOUNT else (0, 1))


def test_what_does_not_exist_is_named_and_judged_as_if_it_held_orders() -> None:
    found = preview(queue("Gone"))
    live = read_live(found)
    [(reason, names)] = live.unread.items()
    assert names == ["Gone"]
    assert reason.startswith("GetQueueAttributes found nothing")
    assert review(found, live).verdict is Verdict.LOSES


def mapping(operation: str = "same", **more: Any) -> dict[str, Any]:
    """The event source mapping of OrderQueue on moto. An update knows from a refresh that it is disabled."""
    [found] = boto3.client("lambda", REGION).list_event_source_mappings()["EventSourceMappings"]
    outputs: dict[str, Any] = {
        "enabled": operation != "update",
        "uuid": found["UUID"],
        "arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{found['UUID']}",
        "eventSourceArn": found["EventSourceArn"],
        "functionArn": found["FunctionArn"],
    }
    inputs = {"eventSourceArn": found["EventSourceArn"]}
    return step(operation, types.MAPPING, "OrderProcessor", inputs, inputs, outputs=outputs, **more)


def function_step() -> dict[str, Any]:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:P"
    outputs = {"arn": arn, "name": "P", "loggingConfig": {"logGroup": "L"}}
    return step("same", types.FUNCTION, "OrderProcessor", {}, {}, outputs=outputs)


@pytest.fixture
def paused() -> None:
    """OrderQueue with a function whose event source mapping is disabled, and the log of the function."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:OrderQueue"
    boto3.client("sqs", REGION).create_queue(QueueName="OrderQueue")
    role = boto3.client("iam", REGION).create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions = boto3.client("lambda", REGION)
    functions.create_function(
        FunctionName="P", Role=role, Runtime="python3.11", Handler="h", Code={"ZipFile": b""}, Publish=False
    )
    functions.create_event_source_mapping(FunctionName="P", EventSourceArn=arn, Enabled=False)
    boto3.client("logs", REGION).create_log_group(logGroupName="L")


def record_pause(why: str) -> None:
    logs = boto3.client("logs", REGION)
    logs.create_log_stream(logGroupName="L", logStreamName=HISTORY_STREAM)
    record = {"history": "pause", "run": "r", "who": "ann", "why": why, "step": "begun"}
    event: Any = {"timestamp": int(time.time() * 1000), "message": json.dumps(record)}
    logs.put_log_events(logGroupName="L", logStreamName=HISTORY_STREAM, logEvents=[event])


@pytest.mark.usefixtures("paused")
def test_a_paused_stack_is_named_with_who_paused_it_and_stays_paused() -> None:
    record_pause("a restore")
    found = preview(mapping(), function_step())
    [one] = review(found, read_live(found)).findings
    assert one.verdict is Verdict.LOOK
    assert re.fullmatch("leaves OrderProcessor paused since .*Z by ann, because a restore", one.what)


EXPORTED = {
    "processorName": "P",
    "topicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:OrderTopic",
    "queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/OrderQueue",
    "tableName": "Orders",
}


@pytest.mark.usefixtures("paused")
def test_who_paused_is_named_even_if_the_outlook_cannot_be_read() -> None:
    record_pause("a restore")
    live = read_live(replace(preview(mapping(), function_step()), exported=EXPORTED))
    [found] = live.stopped.values()
    assert found.pause
    assert (found.pause.why, found.outlook) == ("a restore", None)
    assert any("has no redrive policy" in reason for reason in live.unread)


@pytest.mark.usefixtures("paused")
@pytest.mark.parametrize("changes", [{"topicArn": "[secret]"}, {"topicArn": 5}, {"queueUrl": None}, {"tableName": {}}])
def test_a_stack_that_exports_something_else_has_a_pause_without_an_outlook(changes: dict[str, object]) -> None:
    live = read_live(replace(preview(mapping(), function_step()), exported=EXPORTED | changes))
    assert (list(live.stopped.values()), live.unread) == ([Stopped()], {})


@pytest.mark.usefixtures("paused")
@pytest.mark.parametrize("operation", ["replace", "update"])
def test_a_new_mapping_or_a_refresh_ends_the_pause(operation: str) -> None:
    record_pause("a restore")
    found = preview(mapping(operation, reasons=["eventSourceArn"]), function_step())
    findings = review(found, read_live(found)).findings
    [one] = [one for one in findings if "pause" in one.what]
    assert one.verdict is Verdict.LOOK
    assert one.what.startswith("ends the pause of OrderProcessor, which is paused since ")


@pytest.mark.usefixtures("paused")
def test_a_mapping_that_somebody_else_disabled_is_named_without_a_person() -> None:
    found = preview(mapping(), function_step())
    [one] = review(found, read_live(found)).findings
    assert one.what == "leaves OrderProcessor paused by an unknown person"


@pytest.mark.usefixtures("paused")
def test_a_pause_is_known_even_if_the_log_cannot_be_read() -> None:
    boto3.client("logs", REGION).delete_log_group(logGroupName="L")
    found = preview(mapping(), function_step())
    live = read_live(found)
    assert list(live.stopped.values()) == [Stopped()]
    assert review(found, live).verdict is Verdict.LOOK


@pytest.mark.usefixtures("paused")
def test_a_stack_that_is_not_paused_has_no_finding() -> None:
    functions = boto3.client("lambda", REGION)
    [found] = functions.list_event_source_mappings()["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=found["UUID"], Enabled=True)
    seen = preview(mapping(), function_step())
    assert review(seen, read_live(seen)).findings == []


@pytest.mark.parametrize(
    ("expiry", "drain", "expected"),
    [
        (3_600, 75, "the first one expires in 1:00:00. After a resume, it is empty in 0:01:15, with 2.5 new orders"),
        (
            None,
            None,
            "expires at a time that CloudWatch does not know yet. After a resume, it is empty after more than a day",
        ),
    ],
)
def test_a_review_says_how_long_a_pause_can_last(expiry: float | None, drain: int | None, expected: str) -> None:
    source = {"eventSourceArn": f"{ARN}OrderQueue"}
    found = preview(step("same", types.MAPPING, "OrderProcessor", source, source))
    outlook = Outlook(waiting=40, first_expiry_seconds=expiry, arriving=2.5, drain_seconds=drain, dead=3)
    live = Live(stopped={urn(types.MAPPING, "OrderProcessor"): Stopped(outlook=outlook)})
    [one] = review(found, live).findings
    assert one.why.startswith("The queue holds 40 orders, and the first one expires")
    assert "a second. But 3 orders would come to OrderDLQ. With --refresh, " in one.why
    assert expected in one.why


def test_without_credentials_the_reason_is_given_once_and_no_name_contains_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remove_credentials(monkeypatch)
    live = read_live(preview(queue("OrderQueue"), queue("of-ann@example.com"), table("Orders")))
    [(reason, names)] = live.unread.items()
    assert reason.startswith("there are no AWS credentials: ")
    assert names == ["OrderQueue", "Orders", "[address]"]


def test_a_state_without_an_arn_is_named() -> None:
    found = preview(step("delete", types.TABLE, "Orders", {}, outputs={"name": "Orders"}))
    assert read_live(found).unread == {"the state does not contain the ARN": ["Orders"]}


def test_a_state_without_outputs_is_not_asked_for() -> None:
    text = '{"steps": [{"op": "create", "urn": "u::p::t::n", "newState": {"type": "aws:sqs/queue:Queue"}}]}'
    assert read_live(read_preview(text)).unread == {}
