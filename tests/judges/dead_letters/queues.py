"""Systems whose queues are a judge's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.emulator import emulator
from ops.clients import Clients, local_clients
from tests.judges.judge import Judge
from tests.judges.router import routed


def judges_of(claim: str) -> list[Any]:
    """The judges of queues, as parameters: each is the name of the fixture that runs it."""
    found = {"elasticmq": Judge.ELASTICMQ, "localstack": Judge.LOCALSTACK}
    return [pytest.param(name, marks=pytest.mark.judged(judge, claim)) for name, judge in found.items()]


@contextmanager
def clients_over(judge: str, request: pytest.FixtureRequest) -> Iterator[Clients]:
    """Clients of a judge's queues. The emulator has the table, the topic and the log."""
    url: str = request.getfixturevalue(judge)
    with emulator(f"test-{request.node.name}") as rest, routed({"sqs": url}, others=rest.emulator_url) as both:
        yield local_clients(both)
