"""A stack with the names that Pulumi makes unique: its parts find each other."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
import yaml

from github.stacks import read_stack
from infra.project import stack_config
from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import Deploy
from tests.judges.judge import Judge
from tests.support.deployment import Deployment
from tests.support.metrics import logged, shown
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def prod(deploy: Deploy) -> Iterator[Deployment]:
    with deploy("prod") as opened:
        opened.stack.up()
        yield opened


def test_the_handlers_metrics_are_those_that_the_dashboard_shows(prod: Deployment) -> None:
    pipeline = prod.pipeline()
    assert pipeline.outputs["processorName"].startswith("OrderProcessor-prod-")
    assert pipeline.publish([json.dumps(EXAMPLE_ORDER)]) == []
    measured = eventually(lambda: logged(pipeline, "O1234"), "the metrics in the log record of the order")
    assert measured <= shown(pipeline)


@pytest.mark.judged(Judge.ENGINE, "autonaming")
def test_every_name_is_one_that_the_role_of_the_stack_reaches(prod: Deployment) -> None:
    stack = read_stack("prod", stack_config("prod"))
    exported = prod.stack.export_stack().deployment
    assert exported
    found = [(one["urn"].rpartition("::")[2], one.get("outputs", {}).get("name")) for one in exported["resources"]]
    named = [(logical, name) for logical, name in found if name]
    assert len(named) > 15
    assert [name for logical, name in named if not fnmatchcase(name, stack.physical(logical))] == []


def test_a_stack_keeps_the_names_that_an_earlier_version_gave_it(deploy: Deploy) -> None:
    with deploy("prod") as opened:
        path = opened.root / "Pulumi.prod.yaml"
        document = yaml.safe_load(path.read_text())
        pattern = document["config"].pop("pulumi:autonaming")
        path.write_text(yaml.safe_dump(document))
        opened.stack.up()
        before = {name: output.value for name, output in opened.stack.outputs().items()}
        document["config"]["pulumi:autonaming"] = pattern
        path.write_text(yaml.safe_dump(document))
        assert opened.changes() == {}
        opened.stack.up()
        assert {name: output.value for name, output in opened.stack.outputs().items()} == before
        assert "-prod-" not in before["queueUrl"]
