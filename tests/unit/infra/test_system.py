"""Rules that hold for every component and resource, in every stack."""

import ast

import pytest
import yaml

from infra.project import ROOT
from tests.support.recorder import Program, recorded

STACKS = ("dev", "prod", "local")


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> Program:
    return recorded(request.param)


COMPONENTS = (
    "OrderSystem",
    "OrderTopic",
    "OrderQueue",
    "OrderSubscription",
    "OrderTable",
    "ProcessorRole",
    "OrderProcessor",
    "OrderEvents",
    "NotifierRole",
    "OrderNotifier",
    "OrderMonitoring",
)


def test_the_components_are_these(stack: Program) -> None:
    assert {component.type for component in stack.components} == {f"orders:index:{noun}" for noun in COMPONENTS}


@pytest.mark.parametrize("noun", COMPONENTS)
def test_a_component_registers_its_outputs(stack: Program, noun: str) -> None:
    assert stack.one(f"orders:index:{noun}").urn in stack.registered_outputs


@pytest.mark.parametrize("noun", COMPONENTS)
def test_a_component_takes_keyword_arguments_after_its_name_and_settings(noun: str) -> None:
    [constructor] = [
        function
        for path in (ROOT / "infra").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name == noun
        for function in node.body
        if isinstance(function, ast.FunctionDef) and function.name == "__init__"
    ]
    positional = [argument.arg for argument in constructor.args.args]
    assert positional in (["self", "name"], ["self", "name", "settings"])
    assert constructor.args.kwonlyargs[-1].arg == "opts"


def test_every_resource_is_the_child_of_a_component(stack: Program) -> None:
    components = {component.urn for component in stack.components}
    strays = [resource.name for resource in stack.resources if resource.custom and resource.parent not in components]
    assert strays == []


def test_every_component_but_the_system_is_a_child_of_the_system(stack: Program) -> None:
    system = stack.one("orders:index:OrderSystem")
    assert {component.parent for component in stack.components if component is not system} == {system.urn}


def test_no_resource_has_a_fixed_physical_name(stack: Program) -> None:
    assert [resource.name for resource in stack.resources if "name" in resource.inputs] == []


@pytest.mark.parametrize("stack_name", STACKS)
def test_tags_are_the_providers_so_that_every_resource_gets_them(stack_name: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack_name}.yaml").read_text())["config"]
    assert config["aws:defaultTags"]["tags"] == {"project": "orders", "stack": stack_name}
    assert [resource.name for resource in recorded(stack_name).resources if "tags" in resource.inputs] == []
