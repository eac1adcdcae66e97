"""Reads a stack's configuration into checked settings, and reports every violation at once with its remedy."""

import difflib
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass, replace
from typing import Any, get_type_hints

import annotated_types
import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from infra.autonaming import autonaming_of_the_stack
from infra.names import name_violations, system_names
from infra.project import defaults
from infra.rules import ADVICE, RULES, Rule, Violation, reset, set_to
from infra.settings import NAME_CHARACTERS, Settings

GROUPS: Mapping[str, Any] = {name: hint for name, hint in get_type_hints(Settings).items() if is_dataclass(hint)}
"""The class of each group of settings, by its field in Settings."""

TYPES: Mapping[str, Any] = {
    field: hint for group in GROUPS.values() for field, hint in get_type_hints(group, include_extras=True).items()
}
"""The type of each setting, with its limits, by its field."""

KEYS: Mapping[str, str] = {to_camel(field): field for field in TYPES}
"""The field of each setting, by its configuration key in Pulumi.yaml."""

RENAMED: Mapping[str, str] = {"protectTable": "protectOrders"}
"""The key of today for each key that an earlier version of the program had."""

_PATTERNS = {
    "alertAddresses": "must be an email address, or several separated by commas",
    "notifyAddresses": "must be an email address, or several separated by commas",
    "permissionsBoundary": "must be the ARN of an IAM policy, or empty",
}
"""What the pattern of a setting demands, by its key."""


class SettingsError(pulumi.RunError):
    """Invalid settings. Pulumi prints only the message of a RunError, without a traceback."""


def load_settings(config: pulumi.Config) -> Settings:
    """Read and check the settings of the stack. Log a warning for each piece of advice that they do not follow.

    A setting that the stack does not set has the default of this project's Pulumi.yaml. So a program of another project
    declares no settings. It can read those of each of its systems from a namespace, such as `pulumi.Config("refund")`.

    Raises SettingsError, with all violations, if the settings or the names that follow from them break a rule.
    """
    configured = {key: value for key in _keys(config.name) if (value := config.get(key)) is not None}
    values, violations = check({**defaults(), **configured})
    refuse(violations + _name_violations(values), config.name)
    for advice in violations_of(ADVICE, values):
        pulumi.log.warn(advice.describe(pulumi.get_stack(), _shown(config.name)))
    return replace(group(values), namespace=config.name)


def refuse(violations: Iterable[Violation], namespace: str) -> None:
    """Raise SettingsError, with all violations, if there is one. The namespace is that of the settings."""
    found = [violation.describe(pulumi.get_stack(), _shown(namespace)) for violation in violations]
    if found:
        raise SettingsError("\n\n".join(["the settings of this stack cannot be deployed.", *found]))


def _shown(namespace: str) -> str:
    """Return the namespace as a prefix of keys. `pulumi config` needs none for the settings of its own project."""
    return "" if namespace == pulumi.get_project() else f"{namespace}:"


def _name_violations(values: Mapping[str, Any]) -> list[Violation]:
    """Check the names in AWS, unless a value that they depend on is invalid on its own."""
    if not {"system_name", "table_name", "customer_managed_key"} <= values.keys():
        return []
    return name_violations(
        system_names(values["system_name"], values["table_name"]),
        autonaming_of_the_stack(),
        with_key=values["customer_managed_key"],
        remedy=reset("systemName", "tableName"),
    )


def _keys(project: str) -> set[str]:
    """Return every key that the stack sets for the project, unknown ones too. `pulumi.Config` cannot list keys."""
    configured = {**get_config_env(), **CONFIG.get()}
    return {key.removeprefix(f"{project}:") for key in configured if key.startswith(f"{project}:")}


def check(configured: Mapping[str, str]) -> tuple[dict[str, Any], list[Violation]]:
    """Parse the configuration, by key. Return the valid values by field, and every violation."""
    violations = [_unknown(key, configured[key]) for key in sorted(configured.keys() - KEYS)]
    values = {}
    for key, field in KEYS.items():
        if key not in configured:
            violations.append(_missing(key))
            continue
        try:
            values[field] = TypeAdapter(TYPES[field]).validate_python(configured[key])
        except ValidationError as error:
            violations += [_invalid(key, details) for details in error.errors()]
    return values, violations + violations_of(RULES, values)


def violations_of(rules: Iterable[Rule], values: Mapping[str, Any]) -> list[Violation]:
    """Return the violations of the rules. Skip a rule if a value that it needs is invalid on its own."""
    found = []
    for rule in rules:
        needed = inspect.signature(rule).parameters
        if needed.keys() <= values.keys() and (violation := rule(**{field: values[field] for field in needed})):
            found.append(violation)
    return found


def group(values: Mapping[str, Any]) -> Settings:
    """Return the settings, in their groups, from the values of all fields."""
    return Settings(
        **{name: cls(**{field: values[field] for field in get_type_hints(cls)}) for name, cls in GROUPS.items()}
    )


def _unknown(key: str, value: str) -> Violation:
    # Pulumi accepts a misspelled key without a warning, and the intended setting would keep its default.
    if today := RENAMED.get(key):
        return Violation(
            key=key,
            value=value,
            rule="is not a setting of this project any more",
            why=f"{today} has replaced it. Pulumi.yaml describes what it does.",
            remedy=(*reset(key), *set_to(today, value)),
        )
    similar = difflib.get_close_matches(key, KEYS, n=1)
    return Violation(
        key=key,
        value=value,
        rule="is not a setting of this project",
        why=f"did you mean {similar[0]}?" if similar else "Pulumi.yaml lists all settings.",
        remedy=reset(key),
    )


def _missing(key: str) -> Violation:
    return Violation(
        key=key,
        value="not set",
        rule="must be",
        why="The program takes the default from Pulumi.yaml, but found none.",
        remedy=set_to(key, "VALUE"),
    )


def _invalid(key: str, details: ErrorDetails) -> Violation:
    value = details["input"]
    return Violation(
        key=key,
        value=(",".join(value) if isinstance(value, tuple) else value) or "empty",
        rule=_broken_limit(key, details),
        why="The value is not valid. This command restores the default.",
        remedy=reset(key),
    )


def _broken_limit(key: str, details: ErrorDetails) -> str:
    """Describe the limit that a value breaks. pydantic's own messages name its types and not the setting's limits."""
    context = details.get("ctx", {})
    match details["type"]:
        case "greater_than_equal" | "less_than_equal":
            rule = _range(key)
        case "literal_error":
            rule = f"must be one of {context['expected'].replace(' or ', ', ')}"
        case "string_too_long":
            rule = f"must have at most {context['max_length']} characters"
        case "too_long":
            rule = f"must be at most {context['max_length']} values"
        case "bool_parsing":
            rule = "must be true or false"
        case "string_pattern_mismatch" if context["pattern"] == NAME_CHARACTERS:
            rule = "must contain only letters, digits, hyphens and underscores"
        case "string_pattern_mismatch":
            rule = _PATTERNS[key]
        case _:
            rule = "must be a whole number"
    return rule


def _range(key: str) -> str:
    limits = TYPES[KEYS[key]].__metadata__[0].metadata
    least = next((limit.ge for limit in limits if isinstance(limit, annotated_types.Ge)), None)
    most = next((limit.le for limit in limits if isinstance(limit, annotated_types.Le)), None)
    return f"must be at least {least}" if most is None else f"must be between {least} and {most}"
