"""Clients of the emulator."""

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import boto3
import botocore.session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

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
    def _session(self) -> boto3.Session:
        # The variable AWS_PROFILE may name a profile that is not here.
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=self.region, botocore_session=core)

    @cached_property
    def sns(self) -> "SNSClient":
        with _MAKING:
            return self._session.client("sns", endpoint_url=self.url)

    @cached_property
    def sqs(self) -> "SQSClient":
        with _MAKING:
            return self._session.client("sqs", endpoint_url=self.url)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        with _MAKING:
            return self._session.client("dynamodb", endpoint_url=self.url)

    @cached_property
    def iam(self) -> "IAMClient":
        with _MAKING:
            return self._session.client("iam", endpoint_url=self.url)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        with _MAKING:
            return self._session.client("lambda", endpoint_url=self.url)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        with _MAKING:
            return self._session.client("logs", endpoint_url=self.url)
