"""The program predicts the names that the engine makes, and a preview refuses those that AWS would not accept."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pulumi.automation import CommandError

from infra.autonaming import Autonaming
from infra.names import LIMITS, system_names
from infra.resource_types import FUNCTION, QUEUE
from tests.engine.conftest import Deploy
from tests.judges.judge import Judge
from tests.support.deployment import Deployment

STACK = "prod"
EVERYTHING = {"activeTracing": True}
"""The settings of `prod` with which it has every resource that gets a name from Pulumi."""
EVERY_EXPRESSION = "${config.batchSize}-${organization}-${project}.${stack}-${name}-${hex(3)}-${uuid}"
CONFIGURATIONS = {
    "none": {},
    "pattern": {"pattern": "${name}-${stack}-${hex(7)}"},
    "overrides": {
        "mode": "verbatim",
        "providers": {
            "aws": {
                "pattern": "${stack}-${name}${num(2)}",
                "resources": {
                    "aws:dynamodb/table:Table": {"pattern": EVERY_EXPRESSION},
                    QUEUE: {"mode": "default"},
                    FUNCTION: {"pattern": "${name}-${alphanum(4)}${string(5)}", "enforce": True},
                },
            }
        },
    },
}


@pytest.fixture(scope="module")
def prod(deploy: Deploy) -> Iterator[Deployment]:
    """The stack, not deployed."""
    with deploy(STACK) as opened:
        yield opened


def configure(prod: Deployment, autonaming: dict[str, Any]) -> None:
    path = prod.root / f"Pulumi.{STACK}.yaml"
    document = yaml.safe_load(path.read_text())
    document["config"] |= {"pulumi:autonaming": autonaming, **EVERYTHING}
    path.write_text(yaml.safe_dump(document))


def names_in_preview(prod: Deployment) -> dict[tuple[str, str], str]:
    """Return the names in AWS by type and logical name."""
    states = [(step["urn"].rpartition("::")[2], step["newState"]) for step in json.loads(prod.preview())["steps"]]
    return {(state["type"], name): state["inputs"]["name"] for name, state in states if state["type"] in LIMITS}


@pytest.mark.judged(Judge.ENGINE, "autonaming")
@pytest.mark.parametrize("configuration", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_the_program_predicts_every_name_except_its_random_characters(
    prod: Deployment, configuration: dict[str, Any]
) -> None:
    configure(prod, configuration)
    predicted = Autonaming(
        configuration=configuration,
        organization="organization",
        project="orders",
        stack=STACK,
        setting={"batchSize": "10"}.get,
    )
    made = names_in_preview(prod)
    assert made.keys() == set(system_names("Order").named_by_pulumi())
    for (type_token, logical), name in made.items():
        expected = predicted.physical_name(type_token, logical) or ""
        before, _, after = name.partition(logical)
        assert expected.partition(logical)[0] == before
        random = re.sub("[0-9a-z]", "0", after)
        assert re.sub("[0-9a-z]", "0", expected.partition(logical)[2]) == random


def test_a_preview_refuses_all_names_and_settings_at_once_and_nothing_is_made(prod: Deployment) -> None:
    configure(prod, {"pattern": "${name}-of-the-department-for-orders-and-refunds-${project}-${stack}-${hex(7)}"})
    prod.set("batchSize", "20")
    try:
        with pytest.raises(CommandError) as raised:
            prod.stack.preview()
    finally:
        prod.reset("batchSize")
    for said in ("batchingWindowSeconds is 0", "the name of the function OrderProcessor", "the name of the role"):
        assert said in str(raised.value)
    assert "Traceback" not in str(raised.value)
    assert prod.is_empty()
