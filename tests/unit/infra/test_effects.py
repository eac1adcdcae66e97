"""Each setting, varied: the inputs that change are those of the table, and a component records the setting."""

from collections.abc import Iterator

import pulumi
import pytest

from infra.config import KEYS, check, group, load_settings
from infra.effects import EFFECTS, EXISTENCE, NAMESPACE, PROTECTION, settings_of
from infra.project import stack_config
from infra.system import OrderSystem
from tests.support.recorder import Program, recorded, recorded_with
from tests.support.settings import ALONGSIDE

OTHER_VALUES = {
    "systemName": "Sale",
    "tableName": "Sales",
    "visibilityTimeoutSeconds": "60",
    "maxReceiveCount": "5",
    "messageRetentionSeconds": "300000",
    "deadLetterRetentionSeconds": "1000000",
    "pointInTimeRecoveryDays": "7",
    "maximumTableWrites": "2000",
    "protectOrders": "true",
    "processorRuntime": "python3.12",
    "processorArchitecture": "x86_64",
    "processorMemoryMegabytes": "1024",
    "processorTimeoutSeconds": "4",
    "permissionsBoundary": "arn:aws:iam::123456789012:policy/boundary",
    "maximumConcurrency": "20",
    "minimumPollers": "3",
    "maximumPollers": "5",
    "reservedConcurrency": "30",
    "batchSize": "5",
    "batchingWindowSeconds": "1",
    "plannedOrdersPerSecond": "500",
    "retryInvalidOrdersAtOnce": "false",
    "logRetentionDays": "90",
    "customMetrics": "false",
    "orderEvents": "false",
    "orderEventsFifo": "true",
    "eventRetrySeconds": "7200",
    "notifyAddresses": "sales@example.com",
    "notifyStatuses": "shipped",
    "customerManagedKey": "true",
    "activeTracing": "true",
    "alertAddresses": "ops@example.com",
    "oldestOrderAlarmSeconds": "600",
    "oldestEventAlarmSeconds": "600",
    "durationAlarmPercent": "50",
}
Place = tuple[str, str, str]
"""The noun of a type, a logical name, and an input."""


def places(program: Program) -> dict[Place, object]:
    """Everything that a setting can determine, with its value."""
    found: dict[Place, object] = {}
    for resource in (one for one in program.resources if one.custom):
        noun = resource.type.rpartition(":")[2]
        found |= {(noun, resource.name, name): _comparable(value) for name, value in resource.inputs.items()}
        found |= {(noun, resource.name, EXISTENCE): True, (noun, resource.name, PROTECTION): resource.protect}
    return found


def _comparable(value: object) -> object:
    return value.path if isinstance(value, pulumi.FileArchive) else value


def differing(before: Program, after: Program) -> Iterator[Place]:
    """The places that differ. Of a resource that only one program has, only its existence."""
    old, new = places(before), places(after)
    for noun, name, input_ in old.keys() | new.keys():
        both = (noun, name, EXISTENCE) in old and (noun, name, EXISTENCE) in new
        if (both or input_ == EXISTENCE) and old.get((noun, name, input_)) != new.get((noun, name, input_)):
            yield noun, name, input_


def recorded_settings(program: Program) -> dict[str, object]:
    return {key: value for one in program.components for key, value in one.inputs.items() if key in EFFECTS}


def test_every_setting_has_its_effects() -> None:
    assert EFFECTS.keys() == OTHER_VALUES.keys() == KEYS.keys()


@pytest.mark.parametrize("key", OTHER_VALUES)
def test_the_inputs_that_change_with_a_setting_are_those_of_the_table(key: str) -> None:
    alongside = ALONGSIDE.get(key, {})
    changed = list(differing(recorded("dev", alongside), recorded("dev", {**alongside, key: OTHER_VALUES[key]})))
    assert [place for place in changed if key not in settings_of(*place)] == []
    without_change = [effect for effect in EFFECTS[key] if not any(effect.includes(*place) for place in changed)]
    assert without_change == []


@pytest.mark.parametrize("key", OTHER_VALUES)
def test_a_component_records_the_setting_and_no_other_changes(key: str) -> None:
    alongside = ALONGSIDE.get(key, {})
    programs = recorded("dev", alongside), recorded("dev", {**alongside, key: OTHER_VALUES[key]})
    before, after = map(recorded_settings, programs)
    assert before.keys() == KEYS.keys()
    assert {name for name in before if before[name] != after[name]} == {key}


def test_the_system_records_the_namespace_of_its_settings() -> None:
    def program() -> None:
        OrderSystem("Order", load_settings(pulumi.Config()))
        OrderSystem("Refund", load_settings(pulumi.Config("refund")))

    found = recorded_with({}, "dev", program).all("orders:index:OrderSystem")
    assert {one.name: one.inputs[NAMESPACE] for one in found} == {"Order": "orders", "Refund": "refund"}


def test_the_recorded_settings_are_those_of_the_configuration(prod: Program) -> None:
    configured = {key: value for key in KEYS if (value := stack_config("prod").get(f"orders:{key}")) is not None}
    assert recorded_settings(prod) == group(check(configured)[0]).by_key() | {"alertAddresses": []}
