"""Systems whose queues are a judge's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.emulator import emulator
from ops.clients import Clients, local_clients
from tests.judges.judge import Judge
from tests.judges.router import routed

JUDGES = {"elasticmq": Judge.ELASTICMQ, "localstack": Judge.LOCALSTACK}
"""The judges of queues, by the name of the fixture that runs each."""


def judges_of(claim: str, *names: str) -> list[Any]:
    """The names of all judges of queues, or of these, as parameters."""
    return [pytest.param(name, marks=pytest.mark.judged(JUDGES[name], claim)) for name in names or JUDGES]


@contextmanager
def clients_over(judge: str, request: pytest.FixtureRequest) -> Iterator[Clients]:
    """Clients of a judge's queues. The emulator has the table, the topic and the log."""
    url: str = request.getfixturevalue(judge)
    with emulator(f"test-{request.node.name}") as rest, routed({"sqs": url}, others=rest.emulator_url) as both:
        yield local_clients(both)
