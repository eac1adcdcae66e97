"""The implementations of SQS, SNS and DynamoDB that are here, and the record of what they do."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from moto import mock_aws

from local.emulator import emulator
from tests.judges.conformance import redrive as redrive  # noqa: PLC0414 - adds its cases to SQS
from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.dynamodb import DYNAMODB
from tests.judges.conformance.sns import SNS
from tests.judges.conformance.sqs import SQS
from tests.judges.dynamodb_local import installed_dynamodb_local, running_dynamodb_local
from tests.judges.elasticmq import installed_elasticmq, running_elasticmq
from tests.judges.localstack import installed_localstack, running_localstack

RECORD = Path(__file__).with_name("recorded.json")
EMULATOR = "ministack"
"""The emulator of `make demo` and of the system tests."""

Outcomes = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Outcomes by service, implementation and case."""


@contextmanager
def ministack() -> Iterator[Aws]:
    with emulator("conformance") as clients:
        yield Aws(clients.emulator_url)


@contextmanager
def moto() -> Iterator[Aws]:
    with mock_aws():
        yield Aws(None)


@contextmanager
def elasticmq() -> Iterator[Aws]:
    with running_elasticmq(installed_elasticmq()) as url:
        yield Aws(url)


@contextmanager
def localstack() -> Iterator[Aws]:
    with running_localstack(installed_localstack()) as url:
        yield Aws(url)


@contextmanager
def dynamodb_local() -> Iterator[Aws]:
    with running_dynamodb_local(installed_dynamodb_local()) as url:
        yield Aws(url)


RUNNING: Mapping[str, Callable[[], AbstractContextManager[Aws]]] = {
    EMULATOR: ministack,
    "moto": moto,
    "ElasticMQ": elasticmq,
    "LocalStack": localstack,
    "DynamoDB Local": dynamodb_local,
}
HAVE: Mapping[str, tuple[Service, ...]] = {
    EMULATOR: (SQS, SNS, DYNAMODB),
    "moto": (SQS, SNS),  # Its PartiQL needs a package that this project does not have.
    "ElasticMQ": (SQS,),
    "LocalStack": (SQS, SNS),
    "DynamoDB Local": (DYNAMODB,),
}
"""The services of each implementation."""
SERVICES = (SQS, SNS, DYNAMODB)


def recorded() -> Outcomes:
    found: Outcomes = json.loads(RECORD.read_text())
    return found
