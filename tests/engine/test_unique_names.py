"""A stack with the names that Pulumi makes unique: its parts find each other."""

import json
from collections.abc import Iterator

import pytest

from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import Deploy, Deployment
from tests.support.metrics import logged, shown
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def prod(deploy: Deploy) -> Iterator[Deployment]:
    with deploy("prod") as opened:
        opened.stack.up()
        yield opened


def test_the_handlers_metrics_are_those_that_the_dashboard_shows(prod: Deployment) -> None:
    pipeline = prod.pipeline()
    assert pipeline.outputs["processorName"].startswith("OrderProcessor-")
    assert pipeline.publish([json.dumps(EXAMPLE_ORDER)]) == []
    measured = eventually(lambda: logged(pipeline, "O1234"), "the metrics in the log record of the order")
    assert measured <= shown(pipeline)
