"""The system that a command works on: a deployed stack, or the one that runs on this machine."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local.aws import Endpoint
from local.project import ROOT
from local.running import running
from ops.errors import UserError, no_such_stack
from ops.publish import IN_FLIGHT

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

LOCAL = "local"
PULUMI_SECONDS = 120
"""How long the state's backend may take."""
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=IN_FLIGHT,
)


@dataclass(frozen=True)
class System:
    """A stack's outputs, and clients for the services that they name."""

    stack: str
    outputs: Mapping[str, Any]
    session: boto3.Session
    endpoint_url: str | None = None
    """Where all services are, on this machine; None is AWS."""

    def output(self, name: str) -> Any:
        """Raises UserError where the deployed program was one that had no such output yet."""
        try:
            return self.outputs[name]
        except KeyError:
            raise UserError(f"stack {self.stack} has no output {name}: deploy it again with `pulumi up`") from None

    @cached_property
    def sns(self) -> "SNSClient":
        return self.session.client("sns", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def sqs(self) -> "SQSClient":
        return self.session.client("sqs", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self.session.client("dynamodb", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        return self.session.client("lambda", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self.session.client("logs", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def sts(self) -> "STSClient":
        return self.session.client("sts", endpoint_url=self.endpoint_url, config=_CONFIG)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        return self.session.client("cloudwatch", endpoint_url=self.endpoint_url, config=_CONFIG)


def find_system(stack: str | None) -> System:
    """The stack of that name; without one, what runs on this machine. Raises UserError where there is none."""
    if stack in (None, LOCAL) and (here := running()):
        return System(LOCAL, here.outputs, Endpoint(here.url, _region(here.outputs)).session, here.url)
    if stack in (None, LOCAL):
        raise UserError("no system runs on this machine: start one with `orders local`, or name a stack with --stack")
    outputs = _stack_outputs(stack)
    return System(stack, outputs, boto3.Session(region_name=_region(outputs)))


def redrive_settings(sqs: "SQSClient", queue_url: str) -> tuple[int, int]:
    """A queue's visibility timeout in seconds, and after how many receives it sets a message aside."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])
    found = attributes["Attributes"]
    policy = json.loads(found.get("RedrivePolicy", "{}"))
    return int(found["VisibilityTimeout"]), int(policy.get("maxReceiveCount", 1))


def _region(outputs: Mapping[str, Any]) -> str:
    """ARNs say where they are, so nobody has to."""
    return str(outputs["topicArn"]).split(":")[3]


def _stack_outputs(stack: str) -> Mapping[str, Any]:
    if not (ROOT / f"Pulumi.{stack}.yaml").exists():
        raise no_such_stack(stack)
    command = ["pulumi", "stack", "output", "--json", "--non-interactive", "--stack", stack]
    try:
        answered = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PULUMI_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise UserError(f"`{' '.join(command)}` had no answer within {PULUMI_SECONDS} s") from None
    except FileNotFoundError:
        raise UserError("`pulumi` is not on PATH: --stack reads the stack's outputs with it") from None
    if answered.returncode:
        said = answered.stderr.strip().splitlines() or [f"exit code {answered.returncode}"]
        raise UserError(f"`{' '.join(command)}` failed: {said[-1]}")
    outputs: Mapping[str, Any] = json.loads(answered.stdout)
    if "topicArn" not in outputs:
        raise UserError(f"stack {stack} has no outputs: deploy it with `pulumi up --stack {stack}`")
    return outputs
