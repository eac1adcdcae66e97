"""From a stack's configuration to checked settings: all that is wrong with it at once, each with its remedy."""

import difflib
import inspect
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_type_hints

import annotated_types
import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from infra.rules import ADVICE, RULES, Rule, Violation, reset, set_to
from infra.settings import (
    EncryptionSettings,
    MonitoringSettings,
    ProcessorSettings,
    QueueSettings,
    Settings,
    TableSettings,
)

T = TypeVar("T")

TYPES: Mapping[str, Any] = {
    name: hint
    for group in (QueueSettings, TableSettings, ProcessorSettings, EncryptionSettings, MonitoringSettings)
    for name, hint in get_type_hints(group, include_extras=True).items()
}
"""The type of every setting, its limits included, by the name of its field."""

KEYS: Mapping[str, str] = {to_camel(name): name for name in TYPES}
"""The field of every configuration key, as Pulumi.yaml and `pulumi config set` spell it."""


class SettingsError(pulumi.RunError):
    """Settings that cannot be deployed. Pulumi shows the message alone, without a traceback."""


def load_settings(config: pulumi.Config) -> Settings:
    """The stack's settings, checked. Advice that they do not follow is logged as a warning.

    Raises SettingsError with every violation.
    """
    stack = pulumi.get_stack()
    values, violations = check({key: value for key in _keys(config.name) if (value := config.get(key)) is not None})
    if violations:
        found = [violation.describe(stack) for violation in violations]
        raise SettingsError("\n\n".join(["the settings of this stack cannot be deployed.", *found]))
    for advice in broken(ADVICE, values):
        pulumi.log.warn(advice.describe(stack))
    return grouped(values)


def _keys(project: str) -> set[str]:
    """Every key that the stack sets for the project, known or not; pulumi.Config itself only tells of keys by name."""
    configured = {**get_config_env(), **CONFIG.get()}
    return {key.removeprefix(f"{project}:") for key in configured if key.startswith(f"{project}:")}


def check(configured: Mapping[str, str]) -> tuple[dict[str, Any], list[Violation]]:
    """Read configuration values, by key: those that are legal on their own, by field, and every violation."""
    violations = [_unknown(key, configured[key]) for key in sorted(configured.keys() - KEYS)]
    values = {}
    for key, name in KEYS.items():
        if key not in configured:
            violations.append(_missing(key))
            continue
        try:
            values[name] = TypeAdapter(TYPES[name]).validate_python(configured[key])
        except ValidationError as error:
            violations += [_illegal(key, details) for details in error.errors()]
    return values, violations + broken(RULES, values)


def broken(rules: Iterable[Rule], values: Mapping[str, Any]) -> list[Violation]:
    """The violations of those rules whose settings are all there; one that is not legal on its own is not."""
    found = []
    for rule in rules:
        needed = inspect.signature(rule).parameters
        if needed.keys() <= values.keys() and (violation := rule(**{name: values[name] for name in needed})):
            found.append(violation)
    return found


def grouped(values: Mapping[str, Any]) -> Settings:
    """The settings from all their values, by field."""

    def group(of: type[T]) -> T:
        return of(**{name: values[name] for name in get_type_hints(of)})

    return Settings(
        queue=group(QueueSettings),
        table=group(TableSettings),
        processor=group(ProcessorSettings),
        encryption=group(EncryptionSettings),
        monitoring=group(MonitoringSettings),
    )


def _unknown(key: str, value: str) -> Violation:
    # Pulumi passes a misspelt key on without a word, and the setting that was meant would keep its default.
    alike = difflib.get_close_matches(key, KEYS, n=1)
    return Violation(
        key=key,
        value=value,
        rule="is no setting of this project",
        why=f"did you mean {alike[0]}?" if alike else "Pulumi.yaml has them all.",
        remedy=reset(key),
    )


def _missing(key: str) -> Violation:
    return Violation(
        key=key,
        value="not set",
        rule="must be",
        why="Pulumi.yaml gives every setting a default; this program runs without it.",
        remedy=set_to(key, "VALUE"),
    )


def _illegal(key: str, details: ErrorDetails) -> Violation:
    """What is off with one value, in our words."""
    expected = details.get("ctx", {}).get("expected", "")
    match details["type"]:
        case "greater_than_equal" | "less_than_equal":
            rule = _range_rule(key)
        case "literal_error":
            rule = f"must be one of {expected.replace(' or ', ', ')}"
        case "bool_parsing":
            rule = "must be true or false"
        case "string_pattern_mismatch":
            rule = "must be an e-mail address, or several with commas between them"
        case _:
            rule = "must be a whole number"
    return Violation(
        key=key,
        value=details["input"] or "empty",
        rule=rule,
        why="Nothing else works; this goes back to the default.",
        remedy=reset(key),
    )


def _range_rule(key: str) -> str:
    limits = TYPES[KEYS[key]].__metadata__[0].metadata
    least = next((limit.ge for limit in limits if isinstance(limit, annotated_types.Ge)), None)
    most = next((limit.le for limit in limits if isinstance(limit, annotated_types.Le)), None)
    return f"must be at least {least}" if most is None else f"must be between {least} and {most}"
