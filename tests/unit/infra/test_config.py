"""Reading the configuration of a stack: every violation is reported at once."""

from infra.config import check
from tests.support.defaults import DEFAULTS
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


def test_zero_is_a_value_and_not_an_absence() -> None:
    assert checked({"batchingWindowSeconds": 0})[0]["batching_window_seconds"] == 0
