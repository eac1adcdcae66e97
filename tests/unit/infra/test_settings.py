"""The settings: every limit at its boundary, every rule, and what the user is told."""

import shlex
from collections.abc import Mapping
from typing import Any

import pytest

from infra import rules
from infra.config import KEYS, broken, check, grouped
from infra.rules import ADVICE, RULES, Rule, Violation
from local.project import project
from tests.support.defaults import DEFAULTS

Values = Mapping[str, object]


def checked(values: Values) -> tuple[dict[str, Any], list[Violation]]:
    """The defaults with some values changed."""
    return check({**DEFAULTS, **{key: str(value) for key, value in values.items()}})


def said(values: Values) -> str:
    return "\n\n".join(violation.describe("dev") for violation in checked(values)[1])


def mended(values: Values, violation: Violation) -> Values:
    """The values after the violation's commands were run."""
    after = dict(values)
    for command in violation.remedy:
        match shlex.split(command):
            case ["set", key, value]:
                after[key] = value
            case ["rm", key]:
                after.pop(key, None)
            case other:
                raise AssertionError(other)
    return after


def test_the_defaults_of_pulumi_yaml_are_the_specified_numbers_and_break_no_rule() -> None:
    values, violations = checked({})
    assert violations == broken(ADVICE, values) == []
    settings = grouped(values)
    assert settings.queue.visibility_timeout_seconds == 30
    assert settings.queue.max_receive_count == 3
    assert settings.processor.processor_runtime == "python3.11"


def test_pulumi_yaml_declares_exactly_the_settings_that_the_program_has() -> None:
    assert set(project()["config"]) == set(KEYS)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_pulumi_yaml_gives_each_setting_the_type_that_the_program_reads(key: str) -> None:
    declared = project()["config"][key]
    assert {"integer": int, "boolean": bool, "string": str}[declared["type"]] is type(declared["default"])
    assert declared["description"].endswith(".")


# A limit of AWS a row: the least that is legal, and the most where there is a most.
LIMITS: list[tuple[str, int, int | None]] = [
    ("visibilityTimeoutSeconds", 0, 43_200),
    ("maxReceiveCount", 1, 1_000),
    ("messageRetentionSeconds", 60, 1_209_600),
    ("deadLetterRetentionSeconds", 60, 1_209_600),
    ("pointInTimeRecoveryDays", 1, 35),
    ("processorMemoryMegabytes", 128, 10_240),
    ("processorTimeoutSeconds", 1, 900),
    ("maximumConcurrency", 2, 1_000),
    ("reservedConcurrency", -1, None),
    ("batchSize", 1, 10_000),
    ("batchingWindowSeconds", 0, 300),
    ("oldestOrderAlarmSeconds", 1, None),
    ("durationAlarmPercent", 1, 100),
]


@pytest.mark.parametrize(("key", "least", "most"), LIMITS)
def test_a_value_is_legal_up_to_its_limits_and_no_further(key: str, least: int, most: int | None) -> None:
    rule = f"must be at least {least}" if most is None else f"must be between {least} and {most}"
    for value in (least,) if most is None else (least, most):
        assert checked({key: value})[0][KEYS[key]] == value
    for value in (least - 1,) if most is None else (least - 1, most + 1):
        values, violations = checked({key: value})
        assert KEYS[key] not in values
        assert [violation.rule for violation in violations if violation.key == key] == [rule]
        assert f"{key} is {value}, but {rule}:" in said({key: value})


@pytest.mark.parametrize(
    ("key", "choices"),
    [
        ("processorRuntime", ["python3.11", "python3.12", "python3.13", "python3.14"]),
        ("processorArchitecture", ["arm64", "x86_64"]),
        ("protectTable", ["true", "false"]),
        ("logRetentionDays", [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192]),
        ("logRetentionDays", [2557, 2922, 3288, 3653]),
    ],
)
def test_each_choice_can_be_made(key: str, choices: list[object]) -> None:
    for choice in choices:
        assert str(checked({key: choice})[0][KEYS[key]]).lower() == str(choice)


NO_CHOICES = [
    ("processorRuntime", "python3.10", "must be one of 'python3.11', 'python3.12', 'python3.13', 'python3.14'"),
    ("processorArchitecture", "arm", "must be one of 'arm64', 'x86_64'"),
    ("logRetentionDays", "31", "must be one of 1, 3, 5, 7, 14, 30,"),
    ("logRetentionDays", "a month", "must be a whole number"),
    ("batchSize", "ten", "must be a whole number"),
    ("batchSize", "1.5", "must be a whole number"),
    ("protectTable", "perhaps", "must be true or false"),
    ("alertAddresses", "ops", "must be an e-mail address, or several with commas between them"),
    ("alertAddresses", "ops@localhost", "must be an e-mail address,"),
    ("alertAddresses", "ops@example.com; on@call@example.com", "must be an e-mail address,"),
]


@pytest.mark.parametrize(("key", "value", "rule"), NO_CHOICES)
def test_a_value_that_is_no_choice_is_refused(key: str, value: str, rule: str) -> None:
    assert f"{key} is {value}, but {rule}" in said({key: value})


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("", ()),
        ("ops@example.com", ("ops@example.com",)),
        ("ops@example.com, on.call+night@mail.example.com,", ("ops@example.com", "on.call+night@mail.example.com")),
        ("ops@example.com,ops@example.com", ("ops@example.com",)),
    ],
)
def test_addresses_are_separated_by_commas_and_each_counts_once(text: str, addresses: tuple[str, ...]) -> None:
    assert checked({"alertAddresses": text})[0]["alert_addresses"] == addresses


def test_of_several_addresses_the_wrong_one_is_named() -> None:
    assert said({"alertAddresses": "ops@example.com,nobody"}).startswith("alertAddresses is nobody, but")


# What just keeps each rule, what just breaks it, and what is said then.
BOUNDARIES: dict[Rule, tuple[Values, Values, str]] = {
    rules.visibility_covers_the_function: (
        {"visibilityTimeoutSeconds": 5, "processorTimeoutSeconds": 5},
        {"visibilityTimeoutSeconds": 4, "processorTimeoutSeconds": 5},
        (
            "visibilityTimeoutSeconds is 4, but must be at least 5:\n"
            "  processorTimeoutSeconds is 5, and an order must stay hidden while its batch can still run.\n"
            "  pulumi config --stack dev set visibilityTimeoutSeconds 5"
        ),
    ),
    rules.large_batches_need_a_window: (
        {"batchSize": 10, "batchingWindowSeconds": 0},
        {"batchSize": 11, "batchingWindowSeconds": 0},
        (
            "batchingWindowSeconds is 0, but must be at least 1:\n"
            "  batchSize is 11, and Lambda fills batches over 10 only within a window.\n"
            "  pulumi config --stack dev set batchingWindowSeconds 1"
        ),
    ),
    rules.reserved_concurrency_covers_the_mapping: (
        {"maximumConcurrency": 20, "reservedConcurrency": 20},
        {"maximumConcurrency": 20, "reservedConcurrency": 19},
        (
            "reservedConcurrency is 19, but must be -1 or at least 20:\n"
            "  maximumConcurrency is 20; what is throttled goes to the dead letters without a try.\n"
            "  pulumi config --stack dev set reservedConcurrency 20"
        ),
    ),
    rules.dead_letters_outlive_the_queue: (
        {"messageRetentionSeconds": 86_400, "deadLetterRetentionSeconds": 86_401},
        {"messageRetentionSeconds": 86_400, "deadLetterRetentionSeconds": 86_400},
        (
            "deadLetterRetentionSeconds is 86400, but must be more than messageRetentionSeconds (86400):\n"
            "  SQS counts both from when the order was first queued, so a late dead letter would be deleted on "
            "arrival.\n"
            "  pulumi config --stack dev rm deadLetterRetentionSeconds && "
            "pulumi config --stack dev rm messageRetentionSeconds"
        ),
    ),
    rules.orders_are_set_aside_before_they_expire: (
        {"messageRetentionSeconds": 91},
        {"messageRetentionSeconds": 90},
        (
            "messageRetentionSeconds is 90, but must be more than 90:\n"
            "  maxReceiveCount (3) x visibilityTimeoutSeconds (30) pass before a failing order is set aside; "
            "it would expire first.\n"
            "  pulumi config --stack dev set messageRetentionSeconds 91"
        ),
    ),
    rules.the_log_outlives_the_dead_letters: (
        {"logRetentionDays": 14},
        {"logRetentionDays": 7},
        (
            "logRetentionDays is 7, but must be at least 14:\n"
            "  deadLetterRetentionSeconds is 1209600, and the log says why an order is among the dead letters.\n"
            "  pulumi config --stack dev rm logRetentionDays"
        ),
    ),
    rules.the_alarm_comes_before_orders_expire: (
        {"oldestOrderAlarmSeconds": 299, "messageRetentionSeconds": 300},
        {"oldestOrderAlarmSeconds": 300, "messageRetentionSeconds": 300},
        (
            "oldestOrderAlarmSeconds is 300, but must be less than messageRetentionSeconds (300):\n"
            "  SQS deletes orders at that age, and the alarm is to come while there is time to save them.\n"
            "  pulumi config --stack dev set oldestOrderAlarmSeconds 150"
        ),
    ),
    rules.visibility_leaves_room_for_retries: (
        {"visibilityTimeoutSeconds": 32, "batchingWindowSeconds": 2},
        {"visibilityTimeoutSeconds": 31, "batchingWindowSeconds": 2},
        (
            "visibilityTimeoutSeconds is 31, but should be at least 32:\n"
            "  6 x processorTimeoutSeconds (5) + batchingWindowSeconds (2), or a slow batch is handed out twice.\n"
            "  pulumi config --stack dev set visibilityTimeoutSeconds 32"
        ),
    ),
    rules.one_receive_is_no_retry: (
        {"maxReceiveCount": 2},
        {"maxReceiveCount": 1},
        (
            "maxReceiveCount is 1, but should be at least 2:\n"
            "  with a single receive, one throttled or timed-out invocation sends its orders to the dead letters.\n"
            "  pulumi config --stack dev rm maxReceiveCount"
        ),
    ),
}


def test_every_rule_and_every_advice_has_its_boundary_tested() -> None:
    assert set(BOUNDARIES) == {*RULES, *ADVICE}


@pytest.mark.parametrize("rule", BOUNDARIES, ids=lambda rule: rule.__name__)
def test_a_rule_holds_up_to_its_boundary_and_no_further(rule: Rule) -> None:
    kept, violated, message = BOUNDARIES[rule]
    assert broken([rule], checked(kept)[0]) == []
    [violation] = broken([rule], checked(violated)[0])
    assert violation.describe("dev") == message
    assert (violation in checked(violated)[1]) == (rule in RULES), "advice stops nothing"


@pytest.mark.parametrize(
    "values",
    [
        *(violated for _, violated, _ in BOUNDARIES.values()),
        *({key: value} for key, value, _ in NO_CHOICES),
        *({key: least - 1} for key, least, _ in LIMITS),
        *({key: most + 1} for key, _, most in LIMITS if most is not None),
        {"visibiltyTimeoutSeconds": 60},
        # An order could be tried for longer than any retention, or than the default one.
        {"visibilityTimeoutSeconds": 43_200, "maxReceiveCount": 30},
        {"visibilityTimeoutSeconds": 43_200, "maxReceiveCount": 8, "messageRetentionSeconds": 60},
        {"messageRetentionSeconds": 60, "visibilityTimeoutSeconds": 5, "maxReceiveCount": 12},
    ],
    ids=str,
)
def test_the_remedy_that_is_given_mends_what_it_is_given_for(values: Values) -> None:
    def complaints(values: Values) -> list[tuple[str, str]]:
        legal, violations = checked(values)
        return [(v.key, v.rule.split()[0]) for v in (*violations, *broken(ADVICE, legal))]

    legal, violations = checked(values)
    given = [*violations, *broken(ADVICE, legal)]
    assert given
    for violation in given:
        assert (violation.key, violation.rule.split()[0]) not in complaints(mended(values, violation))


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


def test_a_misspelt_setting_is_refused_with_the_one_that_was_meant() -> None:
    assert said({"visibiltyTimeoutSeconds": 60}) == (
        "visibiltyTimeoutSeconds is 60, but is no setting of this project:\n"
        "  did you mean visibilityTimeoutSeconds?\n"
        "  pulumi config --stack dev rm visibiltyTimeoutSeconds"
    )
    assert "Pulumi.yaml has them all." in said({"xyz": 1})


def test_zero_is_a_value_and_not_an_absence() -> None:
    assert checked({"batchingWindowSeconds": 0})[0]["batching_window_seconds"] == 0
