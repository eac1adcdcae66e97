"""The names that Pulumi gives to resources in AWS, computed from the configuration `pulumi:autonaming` of a stack.

The engine gives a program this configuration, but no name before the resource is created. So this module repeats the
steps of the engine (Pulumi docs, "Names", autonaming configuration), with a `0` or an `a` for each random character.
The engine checks the form of the configuration before the program starts.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

DEFAULT_PATTERN = "${name}-${hex(7)}"
"""What the AWS provider does without a configuration."""

_RANDOM = re.compile(r"\$\{(?:(hex|alphanum|string|num)\((\d+)\)|uuid)\}")
_UUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Autonaming:
    """How a stack names its resources in AWS."""

    configuration: Mapping[str, Any] = field(default_factory=dict)
    organization: str
    project: str
    stack: str
    setting: Callable[[str], str | None]
    """Returns a setting of the project, for `${config.KEY}`."""

    def physical_name(self, type_token: str, name: str) -> str | None:
        """Return a name as Pulumi makes it, except for its random characters. None if Pulumi makes none."""
        match self._strategy(type_token):
            case {"mode": "verbatim"}:
                return name
            case {"mode": "disabled"}:
                return None
            case {"pattern": str(pattern)}:
                return without_random(self._of_stack(pattern).replace("${name}", name))
            case _:
                return without_random(DEFAULT_PATTERN.replace("${name}", name))

    def source(self, type_token: str) -> str:
        """Say where the names of a type come from."""
        match self._strategy(type_token):
            case {"mode": ("verbatim" | "disabled") as mode}:
                return f"the mode {mode} of pulumi:autonaming"
            case {"pattern": str(pattern)}:
                return f"the pattern {pattern} of pulumi:autonaming"
            case _:
                return f"its default pattern {DEFAULT_PATTERN}"

    def is_unique(self, type_token: str) -> bool:
        """Return whether two resources of a type with different logical names always get different names."""
        match self._strategy(type_token):
            case {"pattern": str(pattern)}:
                return "${name}" in pattern or _RANDOM.search(pattern) is not None
            case _:
                return True

    def _strategy(self, type_token: str) -> Mapping[str, Any]:
        """Return the part of the configuration for a type: that of the type, the provider or the stack."""
        # To the engine, an empty key in YAML is the same as no key.
        provider = (self.configuration.get("providers") or {}).get(type_token.partition(":")[0]) or {}
        resource = (provider.get("resources") or {}).get(type_token) or {}
        candidates = (resource, provider, self.configuration)
        return next((one for one in candidates if {one.get("mode"), one.get("pattern")} != {None}), {})

    def _of_stack(self, pattern: str) -> str:
        values = {"organization": self.organization, "project": self.project, "stack": self.stack}
        for key, value in values.items():
            pattern = pattern.replace(f"${{{key}}}", value)
        return re.sub(r"\$\{config\.([^}]+)\}", lambda match: self.setting(match[1]) or "", pattern)


def autonaming_of_the_stack() -> Autonaming:
    """Read the configuration of the stack that is deployed."""
    configured = pulumi.Config("pulumi").get("autonaming")
    return Autonaming(
        configuration=(json.loads(configured) if configured else None) or {},
        organization=pulumi.get_organization(),
        project=pulumi.get_project(),
        stack=pulumi.get_stack(),
        setting=pulumi.Config().get,
    )


def without_random(pattern: str, mark: str | None = None) -> str:
    """Put characters in place of the random expressions: such as Pulumi chooses, or the mark for each of them."""

    def some(expression: "re.Match[str]") -> str:
        kind, length = expression.groups()
        if mark:
            return mark * int(length or len(_UUID))
        return _UUID if kind is None else ("0" if kind in {"hex", "num"} else "a") * int(length)

    return _RANDOM.sub(some, pattern)
