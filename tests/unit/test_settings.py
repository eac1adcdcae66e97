"""The settings: every limit at its boundary, every rule, and what the user is told."""

from collections.abc import Mapping

import pytest

from infra.config import SettingsError, parse_settings
from infra.rules import ADVICE, RULES, Violation, set_command
from infra.settings import KEYS, Settings
from local.program import project
from tests.support.defaults import DEFAULTS

# A limit that would break a rule between settings on its way is tried with the others moved out of its way.
ROOM = {
    "visibilityTimeoutSeconds": {"processorTimeoutSeconds": "1", "messageRetentionSeconds": "1209599"},
    "maxReceiveCount": {"messageRetentionSeconds": "345600"},
    "messageRetentionSeconds": {"visibilityTimeoutSeconds": "5"},
    "deadLetterRetentionSeconds": {"visibilityTimeoutSeconds": "5", "messageRetentionSeconds": "60"},
    "processorTimeoutSeconds": {"visibilityTimeoutSeconds": "900"},
    "batchSize": {"batchingWindowSeconds": "1"},
}


def settings_with(values: Mapping[str, str]) -> Settings:
    return parse_settings({**DEFAULTS, **values})


def complaint(values: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        settings_with(values)
    return str(raised.value)


def test_the_defaults_of_pulumi_yaml_are_the_missions_numbers() -> None:
    settings = settings_with({})
    assert settings.queue.visibility_timeout_seconds == 30
    assert settings.queue.max_receive_count == 3
    assert settings.processor.processor_runtime == "python3.11"


def test_pulumi_yaml_declares_exactly_the_settings_that_the_program_has() -> None:
    assert set(project()["config"]) == KEYS


@pytest.mark.parametrize("key", sorted(KEYS))
def test_pulumi_yaml_gives_each_setting_the_type_that_the_program_reads(key: str) -> None:
    declared = project()["config"][key]
    assert {"integer": int, "boolean": bool, "string": str}[declared["type"]] is type(declared["default"])
    assert declared["description"].endswith(".")


# Each row is a limit of AWS: the least and the most that is legal (shared by CLI, API and console).
LIMITS = [
    ("visibilityTimeoutSeconds", 1, 43_200),
    ("maxReceiveCount", 1, 1_000),
    ("messageRetentionSeconds", 60, 1_209_599),
    ("deadLetterRetentionSeconds", 61, 1_209_600),
    ("pointInTimeRecoveryDays", 1, 35),
    ("processorMemoryMegabytes", 128, 10_240),
    ("processorTimeoutSeconds", 1, 900),
    ("maximumConcurrency", 2, 1_000),
    ("reservedConcurrency", -1, 1_000),
    ("batchSize", 1, 10_000),
    ("batchingWindowSeconds", 0, 300),
]


@pytest.mark.parametrize(("key", "least", "most"), LIMITS)
def test_a_value_at_its_limit_is_accepted(key: str, least: int, most: int) -> None:
    for value in (least, most):
        settings = settings_with(ROOM.get(key, {}) | {key: str(value)})
        assert value in {
            *vars(settings.queue).values(),
            *vars(settings.table).values(),
            *vars(settings.processor).values(),
        }


@pytest.mark.parametrize(
    ("key", "value", "rule", "nearest"),
    [
        ("visibilityTimeoutSeconds", -1, "must be between 0 and 43200", 0),
        ("visibilityTimeoutSeconds", 43_201, "must be between 0 and 43200", 43_200),
        ("maxReceiveCount", 0, "must be between 1 and 1000", 1),
        ("maxReceiveCount", 1_001, "must be between 1 and 1000", 1_000),
        ("messageRetentionSeconds", 59, "must be between 60 and 1209600", 60),
        ("messageRetentionSeconds", 1_209_601, "must be between 60 and 1209600", 1_209_600),
        ("deadLetterRetentionSeconds", 59, "must be between 60 and 1209600", 60),
        ("deadLetterRetentionSeconds", 1_209_601, "must be between 60 and 1209600", 1_209_600),
        ("pointInTimeRecoveryDays", 0, "must be between 1 and 35", 1),
        ("pointInTimeRecoveryDays", 36, "must be between 1 and 35", 35),
        ("processorMemoryMegabytes", 127, "must be between 128 and 10240", 128),
        ("processorMemoryMegabytes", 10_241, "must be between 128 and 10240", 10_240),
        ("processorTimeoutSeconds", 0, "must be between 1 and 900", 1),
        ("processorTimeoutSeconds", 901, "must be between 1 and 900", 900),
        ("maximumConcurrency", 1, "must be between 2 and 1000", 2),
        ("maximumConcurrency", 1_001, "must be between 2 and 1000", 1_000),
        ("reservedConcurrency", -2, "must be at least -1", -1),
        ("batchSize", 0, "must be between 1 and 10000", 1),
        ("batchSize", 10_001, "must be between 1 and 10000", 10_000),
        ("batchingWindowSeconds", -1, "must be between 0 and 300", 0),
        ("batchingWindowSeconds", 301, "must be between 0 and 300", 300),
    ],
)
def test_a_value_beyond_its_limit_is_refused_with_the_nearest_legal_one(
    key: str, value: int, rule: str, nearest: int
) -> None:
    message = complaint({key: str(value)})
    assert f"{key} is {value}, but {rule}:" in message
    assert set_command(key, nearest) in message


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12", "python3.13", "python3.14"])
def test_each_later_python_runtime_can_be_chosen(runtime: str) -> None:
    assert settings_with({"processorRuntime": runtime}).processor.processor_runtime == runtime


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_each_architecture_can_be_chosen(architecture: str) -> None:
    assert settings_with({"processorArchitecture": architecture}).processor.processor_architecture == architecture


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("processorRuntime", "python3.10", "must be one of 'python3.11', 'python3.12', 'python3.13', 'python3.14'"),
        ("processorArchitecture", "arm", "must be one of 'arm64', 'x86_64'"),
        ("logRetentionDays", "31", "must be one of 1, 3, 5, 7, 14, 30,"),
        ("logRetentionDays", "a month", "must be a whole number"),
        ("batchSize", "ten", "must be a whole number"),
        ("batchSize", "1.5", "must be a whole number"),
        ("protectTable", "perhaps", "must be true or false"),
    ],
)
def test_a_value_that_is_no_choice_is_refused_with_the_way_back_to_the_default(key: str, value: str, rule: str) -> None:
    message = complaint({key: value})
    assert f"{key} is {value}, but {rule}" in message
    assert f"pulumi config rm {key}" in message


# A row a rule between settings: the values that just keep it, those that just break it, and what is said then.
RULE_BOUNDARIES = [
    (
        {"visibilityTimeoutSeconds": "5", "processorTimeoutSeconds": "5"},
        {"visibilityTimeoutSeconds": "4", "processorTimeoutSeconds": "5"},
        "visibilityTimeoutSeconds is 4, but must be at least 5:",
        "pulumi config set visibilityTimeoutSeconds 5",
    ),
    (
        {"batchSize": "10", "batchingWindowSeconds": "0"},
        {"batchSize": "11", "batchingWindowSeconds": "0"},
        "batchingWindowSeconds is 0, but must be at least 1:",
        "pulumi config set batchingWindowSeconds 1",
    ),
    (
        {"maximumConcurrency": "20", "reservedConcurrency": "20"},
        {"maximumConcurrency": "20", "reservedConcurrency": "19"},
        "reservedConcurrency is 19, but must be -1 or at least 20:",
        "pulumi config set reservedConcurrency 20",
    ),
    (
        {"messageRetentionSeconds": "86400", "deadLetterRetentionSeconds": "86401"},
        {"messageRetentionSeconds": "86400", "deadLetterRetentionSeconds": "86400"},
        "deadLetterRetentionSeconds is 86400, but must be more than messageRetentionSeconds (86400):",
        "pulumi config rm deadLetterRetentionSeconds && pulumi config rm messageRetentionSeconds",
    ),
    (
        {"messageRetentionSeconds": "91"},
        {"messageRetentionSeconds": "90"},
        "messageRetentionSeconds is 90, but must be more than 90:",
        "pulumi config rm messageRetentionSeconds",
    ),
    (
        {"logRetentionDays": "14"},
        {"logRetentionDays": "7"},
        "logRetentionDays is 7, but must be at least 14:",
        "pulumi config rm logRetentionDays",
    ),
]


@pytest.mark.parametrize(("kept", "broken", "said", "remedy"), RULE_BOUNDARIES)
def test_a_rule_between_settings_holds_up_to_its_boundary_and_no_further(
    kept: Mapping[str, str], broken: Mapping[str, str], said: str, remedy: str
) -> None:
    assert isinstance(settings_with(kept), Settings)
    message = complaint(broken)
    assert said in message
    assert message.endswith(remedy)


def test_every_rule_has_its_boundary_tested() -> None:
    assert len(RULE_BOUNDARIES) == len(RULES)


@pytest.mark.parametrize(
    ("followed", "ignored", "said"),
    [
        (
            {"visibilityTimeoutSeconds": "32", "batchingWindowSeconds": "2"},
            {"visibilityTimeoutSeconds": "31", "batchingWindowSeconds": "2"},
            (
                "visibilityTimeoutSeconds is 31, but should be at least 32:\n"
                "  6 x processorTimeoutSeconds (5) + batchingWindowSeconds (2), or a slow batch is handed out twice.\n"
                "  pulumi config set visibilityTimeoutSeconds 32"
            ),
        ),
        (
            {"maxReceiveCount": "2"},
            {"maxReceiveCount": "1"},
            (
                "maxReceiveCount is 1, but should be at least 2:\n"
                "  with a single receive, one throttled or timed-out invocation sends its orders to the dead letters.\n"
                "  pulumi config rm maxReceiveCount"
            ),
        ),
    ],
)
def test_advice_is_no_violation_but_is_said(followed: Mapping[str, str], ignored: Mapping[str, str], said: str) -> None:
    def advice(values: Mapping[str, str]) -> list[str]:
        return [str(violation) for rule in ADVICE if (violation := rule(settings_with(values)))]

    assert advice(followed) == []
    assert advice(ignored) == [said]


def test_all_violations_are_reported_at_once_single_values_and_rules_alike() -> None:
    message = complaint(
        {
            "processorMemoryMegabytes": "64",
            "processorRuntime": "nodejs18.x",
            "visibilityTimeoutSeconds": "4",
            "batchSize": "50",
        }
    )
    for said in (
        "processorMemoryMegabytes is 64, but must be between 128 and 10240:",
        "processorRuntime is nodejs18.x, but must be one of",
        "visibilityTimeoutSeconds is 4, but must be at least 5:",
        "batchingWindowSeconds is 0, but must be at least 1:",
    ):
        assert said in message


def test_a_rule_says_nothing_about_a_value_that_is_not_legal_anyway() -> None:
    message = complaint({"batchSize": "many"})
    assert "batchingWindowSeconds" not in message


def test_a_setting_that_is_not_set_is_named() -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings({key: value for key, value in DEFAULTS.items() if key != "batchSize"})
    assert "batchSize is not set" in str(raised.value)


def test_a_misspelt_setting_is_refused_with_the_one_that_was_meant() -> None:
    assert (
        "visibiltyTimeoutSeconds is 60, but is no setting of this project:\n"
        "  did you mean visibilityTimeoutSeconds?\n"
        "  pulumi config rm visibiltyTimeoutSeconds" in complaint({"visibiltyTimeoutSeconds": "60"})
    )
    assert "Pulumi.yaml has them all." in complaint({"xyz": "1"})


def test_zero_is_a_value_and_not_an_absence() -> None:
    assert settings_with({"batchingWindowSeconds": "0"}).processor.batching_window_seconds == 0


def test_a_violation_reads_as_what_is_wrong_why_and_the_command_that_mends_it() -> None:
    violation = Violation(key="k", value=1, rule="must be 2", why="because.", remedy="pulumi config set k 2")
    assert str(violation) == "k is 1, but must be 2:\n  because.\n  pulumi config set k 2"


def test_a_negative_value_is_not_taken_for_an_option_by_the_shell_command() -> None:
    assert set_command("reservedConcurrency", -1) == "pulumi config set -- reservedConcurrency -1"
