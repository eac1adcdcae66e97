"""Each role allows exactly the calls that its function makes over all outcomes."""

import io
from typing import Any

import boto3

from handler.log import Log
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.notifier import Notifier
from handler.notifier.topic import EventTopic
from handler.processor import Processor
from handler.queue import RetryAtOnce
from handler.store import DynamoDBStore
from ops.clients import LOCAL_KEY
from tests.support.lone_tries import lone_tries
from tests.support.orders import body, record
from tests.support.pipeline import Pipeline
from tests.support.recorder import recorded
from tests.support.stream_records import item, stream_record

ALLOWED_BY = {
    "BatchExecuteStatement": "dynamodb:PartiQLInsert",
    "PutItem": "dynamodb:PutItem",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
"""The action that allows each call (Service Authorization Reference)."""

LAMBDAS_OWN = {
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    *("logs:CreateLogStream", "logs:PutLogEvents"),
}
"""Actions of Lambda itself: it polls for the event source mapping, and writes the log."""


READS_THE_STREAM = {
    f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}
"""Actions of Lambda itself for a stream. It also sends to the queue of events that were given up, like the notifier."""


def allowed_for(function: str) -> set[str]:
    """Return the actions that the policies of a function's role allow."""
    policies = [one for one in recorded("dev").all("aws:iam/rolePolicy:RolePolicy") if one.name.startswith(function)]
    return {
        action
        for one in policies
        for statement in one.document("policy")["Statement"]
        for action in statement["Action"]
    }


def test_the_notifiers_role_allows_exactly_what_it_and_lambda_do(pipeline: Pipeline) -> None:
    made: set[str] = set()
    session = boto3.Session(LOCAL_KEY, LOCAL_KEY, region_name=pipeline.clients.region)
    session.events.register("before-call.*.*", lambda model, **_: made.add(model.name))
    url = pipeline.clients.emulator_url
    log = Log(io.StringIO())
    notifier = Notifier(
        EventTopic(pipeline.outputs["eventTopicArn"], session.client("sns", endpoint_url=url)),
        GivenUpQueue(pipeline.outputs["givenUpQueueUrl"], lambda: session.client("sqs", endpoint_url=url), log),
        log,
        lone_tries(),
        retry_seconds=60,
    )
    order, foreign = stream_record(item("P2")), stream_record({"orderId": {"S": "P3"}})
    assert notifier.tell([order, foreign], 30) == {"batchItemFailures": []}
    made_by_notifier = {{"PublishBatch": "sns:Publish", "SendMessage": "sqs:SendMessage"}[call] for call in made}
    logs = {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert allowed_for("OrderNotifier") == made_by_notifier | READS_THE_STREAM | logs


def test_the_processors_role_allows_exactly_what_it_and_lambda_do(pipeline: Pipeline) -> None:
    made: set[str] = set()
    session = boto3.Session(LOCAL_KEY, LOCAL_KEY, region_name=pipeline.clients.region)
    session.events.register("before-call.*.*", lambda model, **_: made.add(model.name))
    log = Log(io.StringIO())
    processor = Processor(
        DynamoDBStore(
            pipeline.outputs["tableName"], session.client("dynamodb", endpoint_url=pipeline.clients.emulator_url)
        ),
        log,
        max_receive_count=3,
        retry_at_once=RetryAtOnce(
            pipeline.outputs["queueUrl"],
            lambda: session.client("sqs", endpoint_url=pipeline.clients.emulator_url),
            log,
            longest_request_seconds=1,
        ),
    )

    def outcome_of(message: str) -> list[Any]:
        return list(processor.process([record("m", message)], 30)["batchItemFailures"])

    successes = {
        "stored": body("P1"),
        "duplicate": body("P1"),
        "updated": body("P1", timestamp="2026-01-01T00:00:00Z"),
        "stale": body("P1"),
    }
    for name, message in successes.items():
        assert outcome_of(message) == [], name
    for name, message in {"conflict": body("P1", timestamp="2026-01-01T00:00:00Z", status="x"), "invalid": "{"}.items():
        assert outcome_of(message) != [], name

    assert allowed_for("OrderProcessor") == LAMBDAS_OWN | {ALLOWED_BY[call] for call in made}
