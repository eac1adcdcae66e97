"""Resources that hold orders, or what explains them, keep their URNs: the engine deletes one whose URN is gone."""

import pytest

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
}
KEY = ("OrderKey", f"{SYSTEM}$orders:index:OrderKey$aws:kms/key:Key")


@pytest.fixture(scope="module")
def keyed() -> Program:
    return recorded("prod", {"customerManagedKey": "true"})


def types_to(resource: Registration, program: Program) -> str:
    """The types from the outermost component to the resource, as its URN in the engine contains them."""
    parents = [other for other in program.components if other.urn == resource.parent]
    return "$".join([*(types_to(parent, program) for parent in parents), resource.type])


@pytest.mark.parametrize(("name", "path"), [*HELD.items(), KEY], ids=[*HELD, KEY[0]])
def test_a_resource_that_holds_orders_keeps_its_urn(keyed: Program, name: str, path: str) -> None:
    paths = [types_to(resource, keyed) for resource in keyed.resources if resource.name == name]
    assert path in paths, (
        f"{name} has another URN, so `pulumi up` deletes the resource that exists. Add to the options of the new one "
        f'aliases=["urn:pulumi:STACK::orders::{path}::{name}"] for each stack, and then the new URN to this test'
    )


@pytest.mark.parametrize("name", HELD)
def test_a_resource_that_holds_orders_is_named_by_pulumi(keyed: Program, name: str) -> None:
    [resource] = [one for one in keyed.resources if one.name == name and one.custom and one.type in HELD[name]]
    assert "name" not in resource.inputs, f"a name for {name} replaces the resource that exists, and loses its content"
