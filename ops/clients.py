"""Clients for the AWS services of one system, whether it is deployed on AWS or runs on this machine."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from ops.condition import check_condition
from ops.errors import is_silence

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from botocore.session import Session
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

IN_FLIGHT = 8
"""The number of requests to one service that a command sends at once, and of connections that it keeps open."""
CONNECT_SECONDS = 5
READ_SECONDS = 6.5
"""How long a request waits for its answer. A long poll of the commands ends earlier."""
SILENT_TRIES = 2
"""How often a request without an answer is tried. So the user hears of a silent service within 15 s."""
SILENCE_SECONDS = 10
"""How long nothing is sent to a service after it has not answered."""
TRIES = 4
"""How often a request is tried that the service answers with an error which may pass, such as throttling."""
LOCAL_KEY = "test"
"""The access key and the secret key of an emulator. They open nothing."""
LOCAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Clients:
    """A client for each service, created when it is first used. Several threads may share it."""

    region: str
    endpoint_url: str | None = None
    """The emulator of all services. None is AWS, with the credentials of this machine's profile or environment."""
    # Resources are deployed on several threads, and a session can create one client at a time.
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)
    _silences: "defaultdict[str, _Silence]" = field(
        default_factory=lambda: defaultdict(_Silence), init=False, repr=False, compare=False
    )

    @property
    def emulator_url(self) -> str:
        assert self.endpoint_url, "these are clients of AWS"
        return self.endpoint_url

    @cached_property
    def _session(self) -> "Session":
        # botocore, imported on use: boto3 adds half of botocore's own import time, and no client needs it.
        from botocore.session import Session  # noqa: PLC0415

        if self.endpoint_url is None:
            return Session()
        # The variable AWS_PROFILE may name a profile that does not exist. An emulator needs none.
        session = Session(session_vars={"profile": (None, None, None, None)})
        session.set_credentials(LOCAL_KEY, LOCAL_KEY)
        return session

    def _client(self, service: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - see above

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            max_pool_connections=IN_FLIGHT,
        )
        with self._lock:
            client = self._session.create_client(
                service, region_name=self.region, endpoint_url=self.endpoint_url, config=config
            )
            # botocore loads these classes at their first use. Two threads that do so at once get different ones, and
            # the error of a request is not the one that the other thread expects.
            client.exceptions  # noqa: B018
        silence = self._silences[self.endpoint_url or service]
        client.meta.events.register_first("before-send", silence.before_try)
        client.meta.events.register_first("needs-retry", silence.after_try)
        client.meta.events.register("before-parse", partial(_check_answer, client.meta.endpoint_url))
        return client

    @cached_property
    def sns(self) -> "SNSClient":
        return cast("SNSClient", self._client("sns"))

    @cached_property
    def sqs(self) -> "SQSClient":
        client = self._client("sqs")
        client.meta.events.register("before-send.sqs", check_condition)
        return cast("SQSClient", client)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._client("dynamodb"))

    @cached_property
    def dynamodbstreams(self) -> "DynamoDBStreamsClient":
        return cast("DynamoDBStreamsClient", self._client("dynamodbstreams"))

    @cached_property
    def lambda_(self) -> "LambdaClient":
        return cast("LambdaClient", self._client("lambda"))

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return cast("CloudWatchLogsClient", self._client("logs"))

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        return cast("CloudWatchClient", self._client("cloudwatch"))

    @cached_property
    def iam(self) -> "IAMClient":
        return cast("IAMClient", self._client("iam"))

    @cached_property
    def kms(self) -> "KMSClient":
        return cast("KMSClient", self._client("kms"))

    @cached_property
    def sts(self) -> "STSClient":
        return cast("STSClient", self._client("sts"))


class _Silence:
    """Ends the requests to a service that does not answer, so that the end of a command does not wait for it again."""

    def __init__(self) -> None:
        self._error: Exception | None = None
        self._until = 0.0
        """The time of the monotonic clock until which nothing is sent."""

    def before_try(self, **_: object) -> None:
        """Botocore calls this before each try of a request."""
        if self._error and time.monotonic() < self._until:
            raise self._error

    def after_try(self, *, attempts: int, caught_exception: Exception | None, **_: object) -> None:
        """Botocore calls this after each try. Ends the tries of a request to which nobody answers."""
        if caught_exception is None or not is_silence(caught_exception):
            return
        if caught_exception is not self._error and attempts >= SILENT_TRIES:
            self._error, self._until = caught_exception, time.monotonic() + SILENCE_SECONDS
        if self._error and time.monotonic() < self._until:
            raise caught_exception


def _check_answer(
    url: str, *, operation_model: "OperationModel", response_dict: Mapping[str, Any], **_: object
) -> None:
    """Raise ForeignAnswer for an answer that is not AWS's. botocore calls this before it parses an answer.

    Every answer of AWS has a header x-amzn-RequestId, x-amz-crc32 or the like. An emulator without them still has the
    content type of AWS's JSON. A failure of a server or a proxy in between may have neither, and is tried again.
    """
    headers = {name.lower(): value for name, value in response_dict["headers"].items()}
    is_failure = response_dict["status_code"] >= HTTPStatus.INTERNAL_SERVER_ERROR
    is_aws_json = headers.get("content-type", "").startswith("application/x-amz-json")
    if is_failure or is_aws_json or any(name.startswith("x-amz") for name in headers):
        return
    from ops.foreign_answer import ForeignAnswer  # noqa: PLC0415 - it imports botocore

    raise ForeignAnswer(url=url, operation=operation_model.name)


def local_clients(url: str, region: str = LOCAL_REGION) -> Clients:
    """Clients of the emulator at a URL."""
    return Clients(region, url)
