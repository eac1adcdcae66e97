"""What a review says about settings: their changes, their causes and their consequences."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import resource_types as types
from infra.config import check, group
from infra.effects import EFFECTS, NAMESPACE, PACKAGE_FILES
from ops.cost import CostInputs, backlog, steady
from ops.review.consequences import consequences
from ops.review.finding import Review, Verdict
from ops.review.live import Live
from ops.review.preview import UNKNOWN, read_preview
from ops.review.review import review
from ops.review.settings import System
from tests.support.defaults import DEFAULTS
from tests.support.previews import component, component_urn, preview, step, system_urn, urn

SETTINGS = group(check(DEFAULTS)[0]).by_key() | {NAMESPACE: "orders"}
QUEUE, PROCESSOR = component_urn("Queue"), component_urn("Processor")


def reviewed(*steps: Mapping[str, Any]) -> Review:
    return review(preview(*steps), Live(), lambda key, value: f"{key} is {value} in line 3")


def changed(**after: Any) -> dict[str, Any]:
    return component("", SETTINGS, SETTINGS | after)


def visibility(after: int) -> dict[str, Any]:
    key = "visibilityTimeoutSeconds"
    inputs = {key: 30}, {key: after}
    return step("update", types.QUEUE, "OrderQueue", *inputs, parent=system_urn(), position="infra/x.py#7")


def test_a_changed_setting_has_its_values_its_place_and_its_resources() -> None:
    found = reviewed(changed(visibilityTimeoutSeconds=60), visibility(60))
    [setting] = found.settings
    assert (setting.system, setting.key, setting.before, setting.after) == (
        *("Order", "visibilityTimeoutSeconds"),
        *("30", "60"),
    )
    assert setting.where == "orders:visibilityTimeoutSeconds is 60 in line 3"
    assert setting.resources == ["queue OrderQueue"]
    assert found.findings[0].cause == "visibilityTimeoutSeconds, orders:visibilityTimeoutSeconds is 60 in line 3"


def test_a_change_without_a_changed_setting_was_made_by_the_program() -> None:
    found = reviewed(changed(), visibility(60))
    assert found.findings[0].cause == "the program, infra/x.py line 7"
    assert (found.settings, found.consequences) == ([], [])


@pytest.mark.parametrize(
    ("steps", "setting", "kept"),
    [
        (
            [
                step("delete", types.TABLE, "Orders", {}, parent=system_urn()),
                step("create", types.TABLE, "Shop", None, {}, parent=system_urn()),
            ],
            {"tableName": "Shop"},
            "Or leave tableName as it was: Orders.",
        ),
        (
            [step("update", types.QUEUE, "OrderQueue", {}, {"messageRetentionSeconds": 60}, parent=system_urn())],
            {"messageRetentionSeconds": 60},
            "Or leave messageRetentionSeconds as it was: 345600.",
        ),
    ],
)
def test_a_setting_that_loses_orders_can_be_left_as_it_was(
    steps: list[dict[str, Any]], setting: dict[str, Any], kept: str
) -> None:
    losing = [one for one in reviewed(changed(**setting), *steps).findings if one.verdict is Verdict.LOSES]
    assert [one.instead.endswith(f" {kept}") for one in losing] == [True]
    program = [one for one in reviewed(changed(), *steps).findings if one.verdict is Verdict.LOSES]
    assert [kept in one.instead for one in program] == [False]


def test_a_change_that_follows_from_another_resource_names_it() -> None:
    queue = step("replace", types.QUEUE, "OrderQueue", {"name": "a"}, {"name": "b"}, reasons=["name"])
    mapping = step(
        *("replace", types.MAPPING, "OrderProcessor", {"eventSourceArn": "a"}, {"eventSourceArn": UNKNOWN}),
        reasons=["eventSourceArn"],
        references={"eventSourceArn": [urn(types.QUEUE, "OrderQueue")]},
    )
    [cause] = {one.cause for one in reviewed(queue, mapping).findings if one.resource == "OrderProcessor"}
    assert cause == "the replacement of OrderQueue"


def test_what_explains_other_findings_comes_before_them() -> None:
    queue = step("replace", types.QUEUE, "OrderQueue", {"name": "a"}, {"name": "b"}, reasons=["name"])
    subscription = step(
        *("replace", types.SUBSCRIPTION, "S", {"protocol": "sqs"}, {"protocol": "sqs", "endpoint": UNKNOWN}),
        reasons=["endpoint"],
        references={"endpoint": [urn(types.QUEUE, "OrderQueue")]},
        pendingReplacement=True,
    )
    assert [one.resource for one in reviewed(subscription, queue).findings] == ["OrderQueue", "S"]


def test_the_protection_of_the_table_has_its_setting_as_cause() -> None:
    table = step("same", types.TABLE, "Orders", {}, {}, parent=system_urn(), protect=True)
    before = component("", SETTINGS | {"protectOrders": True}, SETTINGS)
    assert reviewed(before, table).findings[0].cause.startswith("protectOrders, ")


def test_another_region_is_named_as_the_cause() -> None:
    [cause] = {one.cause for one in reviewed(step("replace", types.QUEUE, "OrderQueue", {}, {})).findings}
    assert cause == "the provider or its Region"


def test_the_budget_the_capacity_and_the_cost_are_compared() -> None:
    found = reviewed(changed(visibilityTimeoutSeconds=60, messageRetentionSeconds=172_800, batchSize=5)).consequences
    compared = {key: value for key, value in SETTINGS.items() if key in EFFECTS}
    before, after = (backlog(CostInputs.of_settings({**compared, "batchSize": size}), 100_000) for size in (10, 5))
    ours = [f"{cost.total('this handler'):.2f}" for cost in (before, after)]
    assert ours[0] != ours[1]
    assert found == [
        "delivery budget: an order that fails is in the dead-letter queue after 90 → 180 s at the earliest",
        "delivery budget: SQS deletes an order that is not processed within 345,600 → 172,800 s",
        "delivery budget: dead letters are kept for at least 10.0 → 12.0 days",
        "capacity: 20.0 → 10.0 orders a second if every batch is slow",
        f"cost: a million orders that wait in full batches cost {ours[0]} → {ours[1]} dollars, at 100,000 orders a day",
    ]


@pytest.mark.parametrize("before", [{"orderEvents": False}, {}], ids=["switched off", "an older program"])
def test_events_change_the_cost_also_of_a_stack_of_an_older_program(before: Mapping[str, Any]) -> None:
    others = {key: value for key, value in SETTINGS.items() if key != "orderEvents"}
    older = {**others, **before}
    system = System(
        urn=system_urn(),
        namespace="orders",
        before=older,
        after=SETTINGS,
        files_before=None,
        files_after=None,
        exists=True,
    )
    costs = [sentence for sentence in consequences(system) if sentence.startswith("cost: ")]
    inputs = [CostInputs.of_settings(settings) for settings in (others, SETTINGS)]
    expected = [
        " → ".join(f"{estimate(one, 100_000).total('this handler'):.2f}" for one in inputs)
        for estimate in (steady, backlog)
    ]
    assert costs == [
        f"cost: a million orders that arrive evenly cost {expected[0]} dollars, at 100,000 orders a day",
        f"cost: a million orders that wait in full batches cost {expected[1]} dollars, at 100,000 orders a day",
    ]


def test_a_preview_without_the_components_that_stay_the_same_still_has_the_numbers_of_those_that_change() -> None:
    queue = {key: SETTINGS[key] for key in ("maxReceiveCount", "visibilityTimeoutSeconds")}
    assert reviewed(component("Queue", queue, queue | {"maxReceiveCount": 5})).consequences == [
        "delivery budget: an order that fails is in the dead-letter queue after 90 → 150 s at the earliest"
    ]


def test_a_stack_of_an_older_program_has_no_settings_to_compare() -> None:
    found = reviewed(component("", {}, SETTINGS), visibility(60))
    assert found.settings == []
    assert found.consequences == [
        "the state does not contain any setting yet: the first review after this deployment can compare them"
    ]
    assert found.findings[0].cause == (
        "visibilityTimeoutSeconds, or the program: the settings before are not recorded yet"
    )


def test_of_many_causes_a_finding_names_the_first_ones_and_the_number_of_the_others() -> None:
    inputs = dict.fromkeys(("architectures", "environment", "memorySize", "packageType", "timeout"), 1)
    function = step("update", types.FUNCTION, "OrderProcessor", {}, inputs, parent=PROCESSOR, position="infra/x.py#7")
    [cause] = {one.cause for one in reviewed(component("", {}, SETTINGS), function).findings}
    assert cause == (
        "processorArchitecture, tableName, maxReceiveCount and 4 more, or the program: the settings before are not "
        "recorded yet; the program, infra/x.py line 7"
    )
    names = ["OrderDLQ", "OrderQueue", "OrderTopic", "Orders"]
    created = [step("create", types.QUEUE, name, after={"name": name}) for name in names]
    policy = step("update", types.ROLE_POLICY, "P", {"policy": "{}"}, {"policy": UNKNOWN})
    policy["newState"]["propertyDependencies"] = {"policy": [urn(types.QUEUE, name) for name in names]}
    [cause] = {one.cause for one in reviewed(*created, policy).findings if one.resource == "P"}
    assert cause == "the creation of OrderDLQ; the creation of OrderQueue; the creation of OrderTopic and 1 more"


def test_a_setting_that_an_older_program_does_not_know_is_named() -> None:
    before = {key: value for key, value in SETTINGS.items() if key != "batchSize"}
    [sentence] = reviewed(component("", before, SETTINGS)).consequences
    assert sentence.startswith("the state does not contain batchSize yet")


def test_a_first_deployment_compares_nothing() -> None:
    found = reviewed(component("", None, SETTINGS))
    assert (found.settings, found.consequences) == ([], [])


def test_two_systems_are_told_apart() -> None:
    components = [
        component("", {}, {}),
        component("Processor", {"batchSize": 10}, {"batchSize": 5}),
        component("", {}, {}, "Return"),
        component("Processor", {"batchSize": 10}, {"batchSize": 10}, "Return"),
    ]
    mappings = [
        step("update", types.MAPPING, f"{one}Processor", {"batchSize": 10}, {"batchSize": 5}, parent=parent)
        for one, parent in (("Order", PROCESSOR), ("Return", component_urn("Processor", "Return")))
    ]
    found = reviewed(*components, *mappings)
    [setting] = found.settings
    assert (setting.system, setting.resources) == ("Order", ["event source mapping OrderProcessor"])
    assert {one.resource: one.cause.partition(",")[0] for one in found.findings} == {
        "OrderProcessor": "batchSize",
        "ReturnProcessor": "the program",
    }


def test_a_setting_of_another_namespace_is_named_with_it_and_has_its_own_place() -> None:
    orders, refunds = ({NAMESPACE: name} for name in ("orders", "refund"))
    found = reviewed(
        component("", orders, orders),
        component("Processor", {"batchSize": 10}, {"batchSize": 5}),
        component("", {}, refunds, "Refund"),
        component("Processor", {"batchSize": 10}, {"batchSize": 6}, "Refund"),
        step(
            *("update", types.MAPPING, "RefundProcessor", {"batchSize": 10}, {"batchSize": 6}),
            parent=component_urn("Processor", "Refund"),
        ),
    )
    assert [(one.key, one.where) for one in found.settings] == [
        ("batchSize", "orders:batchSize is 5 in line 3"),
        ("refund:batchSize", "refund:batchSize is 6 in line 3"),
    ]
    assert {one.cause for one in found.findings} == {"refund:batchSize, refund:batchSize is 6 in line 3"}


def test_a_setting_whose_namespace_is_not_recorded_has_no_place() -> None:
    [setting] = reviewed(component("Processor", {"batchSize": 10}, {"batchSize": 5})).settings
    assert (setting.key, setting.where) == ("batchSize", "")


def test_the_remedy_of_a_protected_table_names_the_setting_of_its_system() -> None:
    table = step("delete", types.TABLE, "Refunds", {}, parent=system_urn("Refund"), protect=True)
    error = f'resource "{urn(types.TABLE, "Refunds")}" cannot be deleted because it is protected'
    system = component("", {NAMESPACE: "refund"}, {NAMESPACE: "refund", "protectOrders": True}, "Refund")
    [refused, *_] = review(preview(system, table, errors=(error,)), Live()).findings
    assert "`pulumi config set refund:protectOrders false` on the stack dev" in refused.instead


def test_a_renamed_system_is_compared_with_itself() -> None:
    before = {"systemName": "Order", "batchSize": 10, NAMESPACE: "orders"}
    after = {"systemName": "Sale", "batchSize": 5, NAMESPACE: "orders"}
    components = [component("", before, None), component("", None, after, "Sale")]
    table = component("Table", {"protectOrders": False}, {"protectOrders": False}, "Sale")
    gone = step("delete", types.QUEUE, "OrderQueue", {}, parent=system_urn())
    found = reviewed(*components, table, gone)
    assert [setting.key for setting in found.settings] == ["systemName", "batchSize"]
    assert found.findings[0].cause.startswith("systemName, ")
    assert not any("yet" in sentence for sentence in found.consequences)


FILES = {"handler/order.py": "a", "handler/item.py": "b", "handler/old.py": "c", "handler/main.py": "d"}
OTHERS = {"handler/order.py": "A", "handler/item.py": "B", "handler/new.py": "c", "handler/main.py": "d"}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (FILES, OTHERS, "handler/item.py, handler/new.py (new), handler/old.py (removed), handler/order.py"),
        (None, OTHERS, "the files before are not recorded yet"),
        (FILES, FILES, "its files are the same, and only the zip file differs"),
    ],
)
def test_changed_code_names_its_files(before: Any, after: Any, names: str) -> None:
    old, new = ({PACKAGE_FILES: files} if files else {} for files in (before, after))
    code = step("update", types.FUNCTION, "OrderProcessor", {"code": "a"}, {"code": "b"}, parent=PROCESSOR)
    [found] = reviewed(component("Processor", old, new), code).findings
    assert (found.verdict, found.what) == ("look", f"changes the code of OrderProcessor: {names}")
    assert found.cause == "the files of the zip file"


def test_no_part_of_a_review_contains_an_email_address() -> None:
    addresses = [["ann@example.com"], ["ann@example.com", "bob@example.com"]]
    before, after = (SETTINGS | {"alertAddresses": found, "processorRuntime": f"{found}"} for found in addresses)
    new = step("delete", types.SUBSCRIPTION, "OrderAlerts-bob@example.com", {"protocol": "email"})
    found = reviewed(component("", before, after), new)
    assert {setting.key for setting in found.settings} == {"alertAddresses", "processorRuntime"}
    assert "example" not in str(found).replace("alertAddresses is", "").replace(str(addresses[1]), "")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=3,
)
INPUTS = st.dictionaries(st.sampled_from([*EFFECTS, NAMESPACE, PACKAGE_FILES]), VALUES)
URNS = st.sampled_from([system_urn(), QUEUE, PROCESSOR])
PARENTS = URNS | st.just("")


@given(st.lists(st.tuples(URNS, PARENTS, INPUTS, INPUTS), max_size=3))
def test_components_that_record_anything_are_reviewed(components: list[tuple[str, str, Any, Any]]) -> None:
    steps = [
        {
            "op": "update",
            "urn": own,
            "oldState": {"type": "orders:index:X", "parent": parent, "inputs": before},
            "newState": {"type": "orders:index:X", "parent": parent, "inputs": after},
        }
        for own, parent, before, after in components
    ]
    assert review(read_preview(json.dumps({"steps": steps})), Live()).verdict == "safe"
