"""Resources that hold orders, or what explains them, keep their URNs and their names in AWS.

The engine deletes a resource whose URN is gone, and replaces one whose name in AWS changes. Both lose its content.
"""

import pytest
import yaml

from infra.project import ROOT
from infra.protection import HOLDERS
from infra.resource_types import SUBSCRIPTION, TOPIC
from tests.support.recorder import Program, Registration, recorded

SYSTEM = "orders:index:OrderSystem"
HELD = {
    "OrderTopic": f"{SYSTEM}$orders:index:OrderTopic$aws:sns/topic:Topic",
    "OrderQueue": f"{SYSTEM}$orders:index:OrderQueue$aws:sqs/queue:Queue",
    "OrderDLQ": f"{SYSTEM}$orders:index:OrderQueue$aws:sqs/queue:Queue",
    "OrderUndelivered": f"{SYSTEM}$orders:index:OrderSubscription$aws:sqs/queue:Queue",
    "OrderSubscription": f"{SYSTEM}$orders:index:OrderSubscription$aws:sns/topicSubscription:TopicSubscription",
    "Orders": f"{SYSTEM}$orders:index:OrderTable$aws:dynamodb/table:Table",
    "/aws/lambda/OrderProcessor": f"{SYSTEM}$orders:index:OrderProcessor$aws:cloudwatch/logGroup:LogGroup",
    "/aws/lambda/OrderNotifier": f"{SYSTEM}$orders:index:OrderNotifier$aws:cloudwatch/logGroup:LogGroup",
    "OrderEvents": f"{SYSTEM}$orders:index:OrderEvents$aws:sns/topic:Topic",
    "OrderEventsDLQ": f"{SYSTEM}$orders:index:OrderEvents$aws:sqs/queue:Queue",
    "OrderKey": f"{SYSTEM}$orders:index:OrderKey$aws:kms/key:Key",
}
"""The part of the URN after the project, without the name, by name. Publishers send orders to the topic, and SNS drops
them without the subscription. The subscriptions of others to the events end with their topic."""
WITHOUT_ORDERS = {"OrderAlerts"}
NAMES = {
    "dev": {"mode": "verbatim"},
    "local": {"mode": "verbatim"},
    "prod": {"pattern": "${name}-${stack}-${hex(7)}"},
}
"""How Pulumi names the resources of a stack in AWS."""


@pytest.fixture(scope="module")
def keyed() -> Program:
    return recorded("prod", {"customerManagedKey": "true"})


def types_to(resource: Registration, program: Program) -> str:
    """The types from the outermost component to the resource, as its URN in the engine contains them."""
    parents = [other for other in program.components if other.urn == resource.parent]
    return "$".join([*(types_to(parent, program) for parent in parents), resource.type])


def line_to_add(name: str, path: str) -> str:
    """The alias under which the engine takes a new resource for the one that exists. It is valid in every stack."""
    return f'aliases=[f"urn:pulumi:{{pulumi.get_stack()}}::{{pulumi.get_project()}}::{path}::{name}"]'


@pytest.mark.parametrize(("name", "path"), HELD.items(), ids=HELD)
def test_a_resource_that_holds_orders_keeps_its_urn(keyed: Program, name: str, path: str) -> None:
    paths = [types_to(resource, keyed) for resource in keyed.resources if resource.name == name]
    assert path in paths, (
        f"{name} has another URN, so `pulumi up` deletes the resource that exists. Add this to the resource options of "
        f"the new one, and then its URN to this test:\n    {line_to_add(name, path)}"
    )


def test_every_resource_that_holds_orders_is_in_this_test(keyed: Program) -> None:
    found = {one.name for one in keyed.resources if one.type in {*HOLDERS, SUBSCRIPTION, TOPIC}}
    assert found - WITHOUT_ORDERS == set(HELD)


@pytest.mark.parametrize("stack", NAMES)
def test_a_resource_that_holds_orders_keeps_its_name_in_aws(stack: str) -> None:
    named = {
        one.name: sorted(one.inputs.keys() & {"name", "namePrefix"})
        for one in recorded(stack, {"customerManagedKey": "true"}).resources
        if one.custom and one.name in HELD and one.inputs.keys() & {"name", "namePrefix"}
    }
    assert not named, f"these inputs replace the resources that exist, and lose their content: {named}"
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert config["pulumi:autonaming"] == NAMES[stack], (
        f"this gives new resources of {stack} other names in AWS: check what replaces one, and then change this test"
    )


def test_the_alias_of_a_moved_resource_is_the_urn_that_it_had() -> None:
    assert line_to_add("OrderQueue", HELD["OrderQueue"]) == (
        'aliases=[f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::'
        'orders:index:OrderSystem$orders:index:OrderQueue$aws:sqs/queue:Queue::OrderQueue"]'
    )


def test_the_role_that_became_a_resource_of_its_own_component_has_an_alias(keyed: Program) -> None:
    role = keyed.one("aws:iam/role:Role", "OrderProcessor")
    assert [alias.rpartition("$")[2] for alias in role.aliases] == ["orders:index:OrderProcessor::OrderProcessor"]
