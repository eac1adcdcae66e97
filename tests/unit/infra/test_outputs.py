"""The contract of the stack outputs: the program exports them, and a deployed stack gives them back."""

import re
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

from infra.outputs import DeliveryBudget, DeployedOutputs, MissingOutput, StackOutputs
from infra.project import ROOT
from tests.support.recorder import recorded


@pytest.fixture(scope="module")
def exported() -> dict[str, Any]:
    return recorded("dev").outputs


def test_a_deployed_stack_has_the_outputs_that_the_program_exports(exported: dict[str, Any]) -> None:
    assert DeployedOutputs("dev", exported).exports() == exported


def test_every_output_is_described() -> None:
    source = (ROOT / "infra/outputs.py").read_text()
    described = re.findall(r'(?m)^    (\w+): .+\n    """', source)
    assert described == [field.name for field in (*fields(DeliveryBudget), *fields(StackOutputs))]


def test_only_the_output_that_an_older_deployment_lacks_cannot_be_read(exported: dict[str, Any]) -> None:
    older = DeployedOutputs("dev", {key: value for key, value in exported.items() if key != "undeliveredQueueUrl"})
    assert older.queue_url == exported["queueUrl"]
    with pytest.raises(MissingOutput) as raised:
        _ = older.undelivered_queue_url
    assert str(raised.value) == "stack dev has no output undeliveredQueueUrl: deploy it again with `pulumi up`"
    assert (raised.value.stack, raised.value.name) == ("dev", "undeliveredQueueUrl")


def test_a_budget_without_all_of_its_numbers_is_missing(exported: dict[str, Any]) -> None:
    older = DeployedOutputs("dev", exported | {"deliveryBudget": {"earliestDeadLetterSeconds": 90}})
    with pytest.raises(MissingOutput) as raised:
        _ = older.delivery_budget
    assert raised.value.name == "deliveryBudget"


def test_the_budget_of_a_program_that_predates_events_can_be_read(exported: dict[str, Any]) -> None:
    numbers = {key: value for key, value in exported["deliveryBudget"].items() if key != "eventsPerSecond"}
    older = DeployedOutputs("dev", exported | {"deliveryBudget": numbers})
    assert older.delivery_budget.orders_per_second == numbers["ordersPerSecond"]
    assert older.delivery_budget.events_per_second == 0


def test_what_is_no_output_is_an_attribute_error(exported: dict[str, Any]) -> None:
    outputs: Any = DeployedOutputs("dev", exported)
    assert not hasattr(outputs, "queue_uri")


def test_the_region_is_that_of_the_topic(exported: dict[str, Any]) -> None:
    assert DeployedOutputs("dev", exported).region == "eu-west-1"


def test_tools_read_the_contract_and_the_project_without_slow_imports() -> None:
    program = "import sys, infra.budget, infra.effects, infra.outputs, infra.project; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"pulumi", "pydantic", "yaml"} & set(ran.stdout.split()) == set()
