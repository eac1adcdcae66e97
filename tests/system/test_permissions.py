"""The role's policy against the calls that the handler really makes, over all outcomes: none missing, none unused."""

import io
from typing import Any

import boto3

from handler.log import Log
from handler.processor import Processor
from handler.queue import receive_again
from handler.store import DynamoDBStore
from local.aws import ACCESS_KEY, SECRET_KEY
from local.pipeline import Pipeline
from tests.support.orders import body, record
from tests.support.recorder import recorded

ALLOWED_BY = {
    "BatchExecuteStatement": "dynamodb:PartiQLInsert",
    "PutItem": "dynamodb:PutItem",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
"""The action that allows a call, where their names differ or the call has several (Service Authorization Reference)."""

LAMBDAS_OWN = {
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    *("logs:CreateLogStream", "logs:PutLogEvents"),
}
"""What Lambda does with the role: polling for the event source mapping, and writing the log."""


def test_the_role_allows_exactly_what_the_handler_and_lambda_do(pipeline: Pipeline) -> None:
    made: set[str] = set()
    session = boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=pipeline.endpoint.region)
    session.events.register("before-call.*.*", lambda model, **_: made.add(model.name))
    log = Log(io.StringIO())
    processor = Processor(
        DynamoDBStore(pipeline.outputs["tableName"], session.client("dynamodb", endpoint_url=pipeline.endpoint.url)),
        log,
        max_receive_count=3,
        retry_at_once=receive_again(
            pipeline.outputs["queueUrl"],
            lambda: session.client("sqs", endpoint_url=pipeline.endpoint.url),
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

    statements = recorded("dev").one("aws:iam/rolePolicy:RolePolicy").document("policy")["Statement"]
    allowed = {action for statement in statements for action in statement["Action"]}
    assert allowed == LAMBDAS_OWN | {ALLOWED_BY[call] for call in made}
