"""From a stack's configuration to checked settings: all that is wrong with it at once, each with its remedy."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import annotated_types
import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from infra.rules import ADVICE, RULES, Rule, Violation, set_command
from infra.settings import KEYS, Group, ProcessorSettings, QueueSettings, Settings, TableSettings

T = TypeVar("T", bound=Group)


class SettingsError(pulumi.RunError):
    """Settings that cannot be deployed. Pulumi shows the message alone, without a traceback."""


def load_settings(config: pulumi.Config) -> Settings:
    """The stack's settings, checked. Advice that they do not follow is logged as a warning.

    Raises SettingsError with every violation.
    """
    settings = parse_settings({key: value for key in _keys(config.name) if (value := config.get(key)) is not None})
    for advice in _violations(ADVICE, settings):
        pulumi.log.warn(str(advice))
    return settings


def _keys(project: str) -> set[str]:
    """Every key that the stack sets for the project, known or not; pulumi.Config itself only tells of keys by name."""
    configured = {**get_config_env(), **CONFIG.get()}
    return {key.removeprefix(f"{project}:") for key in configured if key.startswith(f"{project}:")}


def parse_settings(values: Mapping[str, str]) -> Settings:
    """Settings from configuration values by key. Raises SettingsError with every violation."""
    found = [_unknown(key, values[key]) for key in sorted(values.keys() - KEYS)]
    settings = Settings(
        queue=_legal(QueueSettings, values, found),
        table=_legal(TableSettings, values, found),
        processor=_legal(ProcessorSettings, values, found),
    )
    found += _violations(RULES, settings)
    if found:
        raise SettingsError("\n\n".join(["the settings of this stack cannot be deployed.", *map(str, found)]))
    return settings


def _legal(group: type[T], values: Mapping[str, str], found: list[Violation]) -> T:
    """The group with those of its values that are legal on their own; what is wrong with the others goes to `found`."""
    legal: dict[str, Any] = {}
    for name, field in group.model_fields.items():
        try:
            legal[name] = TypeAdapter(field.rebuild_annotation()).validate_python(values[_key(field)])
        except ValidationError as error:
            found += [_off(field, details) for details in error.errors()]
        except KeyError:
            found.append(_missing(field))
    return group.model_construct(**legal)


def _violations(rules: Sequence[Rule], settings: Settings) -> list[Violation]:
    found = []
    for rule in rules:
        try:
            violation = rule(settings)
        except AttributeError:  # The rule needs a value that is not legal on its own, which is reported already.
            continue
        if violation:
            found.append(violation)
    return found


def _key(field: FieldInfo) -> str:
    assert field.alias, "infra/settings.py gives every field its configuration key as alias"
    return field.alias


def _unknown(key: str, value: str) -> Violation:
    # Pulumi passes a misspelt key on without a word, and the setting that was meant would keep its default.
    alike = difflib.get_close_matches(key, KEYS, n=1)
    return Violation(
        key=key,
        value=value,
        rule="is no setting of this project",
        why=f"did you mean {alike[0]}?" if alike else "Pulumi.yaml has them all.",
        remedy=f"pulumi config rm {key}",
    )


def _missing(field: FieldInfo) -> Violation:
    key = _key(field)
    return Violation(
        key=key,
        value="not set",
        rule="must be",
        why="Pulumi.yaml gives every setting a default; this program runs without it.",
        remedy=f"pulumi config set {key} VALUE",
    )


def _off(field: FieldInfo, details: ErrorDetails) -> Violation:
    """What is off with one value, in our words."""
    key, context = _key(field), details.get("ctx", {})
    reset = f"pulumi config rm {key}"
    match details["type"]:
        case "greater_than_equal" | "less_than_equal":
            rule, remedy = _range_rule(field), set_command(key, context.get("ge", context.get("le")))
        case "literal_error":
            rule, remedy = f"must be one of {context['expected'].replace(' or ', ', ')}", reset
        case "bool_parsing":
            rule, remedy = "must be true or false", reset
        case _:
            rule, remedy = "must be a whole number", reset
    return Violation(key=key, value=details["input"], rule=rule, why="no other value can be deployed.", remedy=remedy)


def _range_rule(field: FieldInfo) -> str:
    least = next((bound.ge for bound in field.metadata if isinstance(bound, annotated_types.Ge)), None)
    most = next((bound.le for bound in field.metadata if isinstance(bound, annotated_types.Le)), None)
    return f"must be at least {least}" if most is None else f"must be between {least} and {most}"
