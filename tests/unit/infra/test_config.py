"""Reading the configuration of a stack: every violation is reported at once."""

import pulumi
import pytest

from infra.config import KEYS, RENAMED, SettingsError, check, load_settings
from infra.settings import Settings
from tests.support.defaults import DEFAULTS
from tests.support.recorder import recorded_with
from tests.support.settings import checked, said


def test_all_violations_are_reported_at_once_single_values_and_rules_alike() -> None:
    _, violations = checked(
        {
            "processorMemoryMegabytes": 64,
            "processorRuntime": "nodejs18.x",
            "visibilityTimeoutSeconds": 4,
            "batchSize": 50,
        }
    )
    assert {violation.key for violation in violations} == {
        "processorMemoryMegabytes",
        "processorRuntime",
        "visibilityTimeoutSeconds",
        "batchingWindowSeconds",
    }


def test_a_rule_says_nothing_about_a_value_that_is_not_legal_anyway() -> None:
    _, violations = checked({"batchSize": "many"})
    assert [violation.key for violation in violations] == ["batchSize"]


def test_a_setting_that_is_not_set_is_named() -> None:
    _, [violation] = check({key: value for key, value in DEFAULTS.items() if key != "batchSize"})
    assert violation.describe("dev").startswith("batchSize is not set, but must be:")


def test_a_misspelled_setting_is_rejected_with_the_intended_one() -> None:
    assert said({"visibiltyTimeoutSeconds": 60}) == (
        "visibiltyTimeoutSeconds is 60, but is not a setting of this project:\n"
        "  did you mean visibilityTimeoutSeconds?\n"
        "  pulumi config --stack dev rm visibiltyTimeoutSeconds"
    )
    assert "Pulumi.yaml lists all settings." in said({"xyz": 1})


def test_a_setting_of_an_earlier_version_leads_to_the_new_one() -> None:
    assert said({"protectTable": "true"}) == (
        "protectTable is true, but is not a setting of this project any more:\n"
        "  protectOrders has replaced it. Pulumi.yaml describes what it does.\n"
        "  pulumi config --stack dev rm protectTable && pulumi config --stack dev set protectOrders true"
    )
    assert set(RENAMED.values()) <= set(KEYS)
    assert set(RENAMED).isdisjoint(KEYS)


def test_zero_is_a_value_and_not_an_absence() -> None:
    assert checked({"batchingWindowSeconds": 0})[0]["batching_window_seconds"] == 0


def loaded(namespace: str, config: dict[str, str]) -> Settings:
    """Load the settings of a namespace in a program of a project that declares none of them."""
    found = []
    recorded_with(config, "dev", lambda: found.append(load_settings(pulumi.Config(namespace))))
    return found[0]


def test_each_namespace_has_its_own_settings_with_the_defaults_of_pulumi_yaml() -> None:
    config = {"refund:maxReceiveCount": "5", "orders:maxReceiveCount": "4"}
    assert [loaded(name, config).queue.max_receive_count for name in ("refund", "orders", "other")] == [5, 4, 3]
    assert loaded("refund", config).processor.batch_size == int(DEFAULTS["batchSize"])


def test_a_violation_in_another_namespace_names_it_in_the_setting_and_in_every_command() -> None:
    config = {"refund:deadLetterRetentionSeconds": "60", "refund:bachSize": "5"}
    with pytest.raises(SettingsError) as raised:
        loaded("refund", config)
    message = str(raised.value)
    assert "refund:deadLetterRetentionSeconds is 60, but must be" in message
    assert (
        "pulumi config --stack dev rm refund:deadLetterRetentionSeconds && "
        "pulumi config --stack dev rm refund:messageRetentionSeconds"
    ) in message
    assert "refund:bachSize is 5, but is not a setting of this project:" in message
