"""The file of `pulumi import`: every resource gets the URN that the program gives it."""

import pytest

from infra import resource_types as types
from ops.adopt.declared import trial_of
from ops.adopt.import_file import import_file
from ops.errors import InvalidInput
from ops.review.preview import UNKNOWN
from tests.support.small_program import FUNCTION, QUEUE, component, declares, present, program, urn

NAMED = "urn:pulumi:dev::orders::pulumi:providers:aws::far"


def test_the_components_around_a_resource_come_first_and_are_its_parents() -> None:
    assert import_file(program(), {QUEUE: "https://sqs/1/OrderQueue"}) == {
        "resources": [
            {
                "type": "orders:index:OrderSystem",
                "name": "OrderSystem Order",
                "logicalName": "Order",
                "component": True,
            },
            {
                "type": types.QUEUE,
                "name": "Queue OrderQueue",
                "logicalName": "OrderQueue",
                "id": "https://sqs/1/OrderQueue",
                "version": "7.51.1",
                "parent": "OrderSystem Order",
            },
        ]
    }


def test_a_component_that_the_stack_has_is_named_by_its_urn() -> None:
    parent = present(component(), "")
    document = import_file(program(parent, declares(types.QUEUE, "OrderQueue")), {QUEUE: "url"})
    assert document["nameTable"] == {parent["urn"]: parent["urn"]}
    assert [entry["parent"] for entry in document["resources"]] == [parent["urn"]]


def test_resources_with_one_logical_name_have_names_of_their_own() -> None:
    ids = {FUNCTION: "OrderProcessor", urn(types.MAPPING, "OrderProcessor"): "uuid"}
    resources = import_file(program(), ids)["resources"]
    assert [entry["name"] for entry in resources] == [
        *("OrderSystem Order", "Function OrderProcessor", "EventSourceMapping OrderProcessor")
    ]
    assert [entry["logicalName"] for entry in resources[1:]] == ["OrderProcessor", "OrderProcessor"]


def test_two_resources_of_one_type_and_name_are_told_apart_by_their_urns() -> None:
    twin = declares(types.QUEUE, "OrderQueue")
    twin["urn"] = twin["urn"].replace("$", "$orders:index:Other$")
    document = import_file(
        program(component(), declares(types.QUEUE, "OrderQueue"), twin), {QUEUE: "a", twin["urn"]: "b"}
    )
    assert [entry["name"] for entry in document["resources"]] == ["OrderSystem Order", QUEUE, twin["urn"]]


def test_a_provider_of_the_program_must_be_in_the_stack_and_is_named() -> None:
    queue = declares(types.QUEUE, "OrderQueue")
    queue["newState"]["provider"] = f"{NAMED}::{UNKNOWN}"
    with pytest.raises(InvalidInput) as raised:
        import_file(program(component(), queue), {QUEUE: "url"})
    assert f"`pulumi up --target '{NAMED}'`" in str(raised.value)
    queue["newState"]["provider"] = f"{NAMED}::1234"
    document = import_file(program(component(), queue), {QUEUE: "url"})
    assert document["nameTable"] == {"far": NAMED}
    assert document["resources"][1]["provider"] == "far"


def test_a_trial_imports_what_the_stack_has_too_and_takes_its_providers_as_given() -> None:
    queue = present(declares(types.QUEUE, "OrderQueue"), "url")
    queue["newState"]["provider"] = f"{NAMED}::{UNKNOWN}"
    provider = {
        "op": "create",
        "urn": NAMED,
        "newState": {"type": "pulumi:providers:aws", "custom": True, "inputs": {}},
    }
    trial = trial_of(program(present(component(), ""), queue, provider))
    assert trial.providers == [NAMED]
    assert [entry["name"] for entry in import_file(trial, {QUEUE: "url"})["resources"]] == [
        *("OrderSystem Order", "Queue OrderQueue")
    ]
