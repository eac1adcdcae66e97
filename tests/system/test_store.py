"""DynamoDBStore on the emulator."""

import time

import boto3
from botocore.config import Config

from handler.outcome import Kind
from handler.store import DynamoDBStore
from tests.support.dynamodb_suite import DynamoDBSuite
from tests.support.orders import order


class TestOnTheEmulator(DynamoDBSuite):
    """The fixture `clients` is in conftest.py."""


def test_an_endpoint_that_cannot_be_reached_is_transient() -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url="http://127.0.0.1:9",
        region_name="eu-west-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",  # noqa: S106 - opens nothing
        config=Config(retries={"total_max_attempts": 1}),
    )
    [outcome] = DynamoDBStore("Orders", client).put([order("O1")], time.monotonic() + 30)
    assert (outcome.kind, outcome.signature) == (Kind.TRANSIENT, "EndpointConnectionError")
