"""The role allows exactly the calls that the handler makes over all outcomes."""

import io
from typing import Any

import boto3

from handler.log import Log
from handler.processor import Processor
from handler.queue import RetryAtOnce
from handler.store import DynamoDBStore
from ops.clients import LOCAL_KEY
from tests.support.orders import body, record
from tests.support.pipeline import Pipeline
from tests.support.recorder import recorded

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


def test_the_role_allows_exactly_what_the_handler_and_lambda_do(pipeline: Pipeline) -> None:
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

    statements = recorded("dev").statements("aws:iam/rolePolicy:RolePolicy")
    allowed = {action for statement in statements for action in statement["Action"]}
    assert allowed == LAMBDAS_OWN | {ALLOWED_BY[call] for call in made}
