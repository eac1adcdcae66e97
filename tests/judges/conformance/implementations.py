"""The implementations of SQS, SNS, DynamoDB and Lambda that are here, and the record of what they do."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from moto import mock_aws

from local.emulator import emulator
from tests.judges.conformance import redrive as redrive  # noqa: PLC0414 - adds its cases to SQS
from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.dynamodb import DYNAMODB
from tests.judges.conformance.lambda_ import LAMBDA
from tests.judges.conformance.lambda_runtime import running_lambda_runtime
from tests.judges.conformance.mappings import MAPPINGS
from tests.judges.conformance.queue_mappings import QUEUE_MAPPINGS
from tests.judges.conformance.sns import SNS
from tests.judges.conformance.sqs import SQS
from tests.judges.conformance.stream_mappings import STREAM_MAPPINGS
from tests.judges.dynamodb_local import installed_dynamodb_local, running_dynamodb_local
from tests.judges.elasticmq import installed_elasticmq, running_elasticmq
from tests.judges.localstack import installed_localstack_with_functions, running_localstack_with_functions

RECORD = Path(__file__).with_name("recorded.json")
EMULATOR = "ministack"
"""The emulator of `make demo` and of the system tests."""

LAMBDA_RUNTIME = "AWS's Lambda runtime"

Outcomes = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Outcomes by service, implementation and case."""


@contextmanager
def ministack() -> Iterator[Aws]:
    with emulator("conformance") as clients:
        yield Aws(clients.emulator_url)


@contextmanager
def moto() -> Iterator[Aws]:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield Aws(None)


@contextmanager
def elasticmq() -> Iterator[Aws]:
    with running_elasticmq(installed_elasticmq()) as url:
        yield Aws(url)


@contextmanager
def localstack() -> Iterator[Aws]:
    with running_localstack_with_functions(installed_localstack_with_functions()) as url:
        yield Aws(url)


@contextmanager
def dynamodb_local() -> Iterator[Aws]:
    with running_dynamodb_local(installed_dynamodb_local()) as url:
        yield Aws(url)


RUNNING: Mapping[str, Callable[[], AbstractContextManager[Aws]]] = {
    LAMBDA_RUNTIME: running_lambda_runtime,
    EMULATOR: ministack,
    "moto": moto,
    "ElasticMQ": elasticmq,
    "LocalStack": localstack,
    "DynamoDB Local": dynamodb_local,
}
HAVE: Mapping[str, tuple[Service, ...]] = {
    LAMBDA_RUNTIME: (LAMBDA,),
    EMULATOR: (SQS, SNS, DYNAMODB, LAMBDA, MAPPINGS, QUEUE_MAPPINGS, STREAM_MAPPINGS),
    "moto": (SQS, SNS, DYNAMODB, MAPPINGS),  # It runs functions in Docker.
    "ElasticMQ": (SQS,),
    "LocalStack": (SQS, SNS, MAPPINGS, QUEUE_MAPPINGS, STREAM_MAPPINGS),
    "DynamoDB Local": (DYNAMODB,),
}
"""The services of each implementation. LocalStack uses AWS's Lambda runtime and DynamoDB Local."""
SERVICES = (SQS, SNS, DYNAMODB, LAMBDA, MAPPINGS, QUEUE_MAPPINGS, STREAM_MAPPINGS)


def recorded() -> Outcomes:
    found: Outcomes = json.loads(RECORD.read_text())
    return found
