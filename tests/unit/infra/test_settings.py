"""Single settings: each limit at its boundary, each choice, and the types that Pulumi.yaml declares."""

import re
from typing import Any, get_args

import botocore.session
import pulumi_aws as aws
import pytest

from infra.config import KEYS, group, violations_of
from infra.project import project
from infra.rules import ADVICE
from infra.settings import Runtime
from tests.support.settings import LIMITS, NO_CHOICES, checked, said

OLDEST_MINOR_VERSION = 11
"""Of Python 3, as the requirements of this project set it."""


def test_the_defaults_of_pulumi_yaml_are_the_required_numbers_and_break_no_rule() -> None:
    values, violations = checked({})
    assert violations == violations_of(ADVICE, values) == []
    settings = group(values)
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


def test_each_python_that_lambda_and_the_provider_know_is_a_choice_and_the_others_are_named() -> None:
    runtimes: Any = botocore.session.get_session().get_service_model("lambda").shape_for("Runtime")
    pythons = (name for name in runtimes.enum if name.startswith("python3."))
    known = {name for name in pythons if int(name.removeprefix("python3.")) >= OLDEST_MINOR_VERSION}
    provided = {runtime.value for runtime in aws.lambda_.Runtime}
    assert set(get_args(Runtime)) == known & provided
    description = project()["config"]["processorRuntime"]["description"]
    assert set(re.findall(r"python3\.\d+", description)) == known - provided


@pytest.mark.parametrize(
    ("key", "choices"),
    [
        ("processorRuntime", ["python3.11", "python3.12", "python3.13", "python3.14"]),
        ("processorArchitecture", ["arm64", "x86_64"]),
        ("protectOrders", ["true", "false"]),
        ("orderEvents", ["true", "false"]),
        ("orderEventsFifo", ["true", "false"]),
        ("logRetentionDays", [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192]),
        ("logRetentionDays", [2557, 2922, 3288, 3653]),
    ],
)
def test_each_choice_can_be_made(key: str, choices: list[object]) -> None:
    for choice in choices:
        assert str(checked({key: choice})[0][KEYS[key]]).lower() == str(choice)


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


@pytest.mark.parametrize(
    ("text", "statuses"),
    [("", ()), ("shipped, out for delivery,shipped", ("shipped", "out for delivery")), ("s" * 256, ("s" * 256,))],
)
def test_statuses_are_separated_by_commas_and_each_counts_once(text: str, statuses: tuple[str, ...]) -> None:
    assert checked({"notifyStatuses": text})[0]["notify_statuses"] == statuses


def test_as_many_statuses_are_legal_as_a_filter_policy_has_combinations_with_two_types_of_events() -> None:
    statuses = [f"s{number}" for number in range(75)]
    assert checked({"notifyStatuses": ",".join(statuses)})[0]["notify_statuses"] == tuple(statuses)


def test_of_several_addresses_the_wrong_one_is_named() -> None:
    assert said({"alertAddresses": "ops@example.com,nobody"}).startswith("alertAddresses is nobody, but")
