"""Clients of the emulator."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session

from handler.item import attributes_of

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105 - what emulators take for the account's own keys; it opens nothing
REGION = "us-east-1"

_MAKING = Lock()
"""Pulumi registers resources on several threads, and a session makes one client at a time; clients may be shared."""


@dataclass(frozen=True)
class Endpoint:
    """A running emulator, with a client for each of its services. This machine's own profiles play no part."""

    url: str
    region: str = REGION

    @cached_property
    def session(self) -> boto3.Session:
        # The variable AWS_PROFILE may name a profile that is not here.
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=self.region, botocore_session=core)

    def item(self, table: str, key: Mapping[str, str]) -> dict[str, Any] | None:
        """An item of a table as plain values, or None where there is none under the key."""
        wire = {name: {"S": value} for name, value in key.items()}
        item = self.dynamodb.get_item(TableName=table, Key=wire, ConsistentRead=True).get("Item")
        return item and attributes_of(item)

    @cached_property
    def sns(self) -> "SNSClient":
        with _MAKING:
            return self.session.client("sns", endpoint_url=self.url)

    @cached_property
    def sqs(self) -> "SQSClient":
        with _MAKING:
            return self.session.client("sqs", endpoint_url=self.url)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        with _MAKING:
            return self.session.client("dynamodb", endpoint_url=self.url)

    @cached_property
    def iam(self) -> "IAMClient":
        with _MAKING:
            return self.session.client("iam", endpoint_url=self.url)

    @cached_property
    def kms(self) -> "KMSClient":
        with _MAKING:
            return self.session.client("kms", endpoint_url=self.url)

    @cached_property
    def sts(self) -> "STSClient":
        with _MAKING:
            return self.session.client("sts", endpoint_url=self.url)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        with _MAKING:
            return self.session.client("lambda", endpoint_url=self.url)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        with _MAKING:
            return self.session.client("cloudwatch", endpoint_url=self.url)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        with _MAKING:
            return self.session.client("logs", endpoint_url=self.url)
