"""The stacks that workflows deploy to AWS, read from their files."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pulumi

from infra.autonaming import DEFAULT_PATTERN, without_random
from infra.names import SystemNames, system_names
from infra.project import project, stack_config, stack_names

EMULATOR = "local"
"""The stack that is deployed on an emulator: Pulumi.local.yaml."""
PATTERN = "${name}-${stack}-${hex(7)}"
"""The names that a stack should have: no other stack can have the same."""


class NamesError(pulumi.RunError):
    """The names of a stack's resources are not known before its deployment, or another stack can have the same."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of the pipeline."""

    name: str
    region: str
    system: SystemNames
    """The logical names."""
    names: str
    """The physical names: `${name}` stands for the logical name, each `?` for one random character."""

    def physical(self, logical_name: str) -> str:
        """Return the physical name of a resource, as IAM's policies match it."""
        return self.names.replace("${name}", logical_name)


def deployed_stacks() -> list[Stack]:
    """Return every stack that has a file, except the emulator's. Raises NamesError, see check_names."""
    stacks = [read_stack(name, stack_config(name)) for name in stack_names() if name != EMULATOR]
    check_names(stacks)
    return stacks


def read_stack(name: str, config: Mapping[str, str]) -> Stack:
    """Read a stack from its configuration. Raises NamesError if its names are not known before its deployment."""
    autonaming = json.loads(config.get("pulumi:autonaming", "{}"))
    settings = {key: config[f"{project()['name']}:{key}"] for key in ("systemName", "tableName")}
    return Stack(
        name=name,
        region=config["aws:region"],
        system=system_names(settings["systemName"], settings["tableName"]),
        names=_names(name, autonaming),
    )


def check_names(stacks: Sequence[Stack]) -> None:
    """Raise NamesError if resources of two stacks can have the same name: the role of one could change the other."""
    for one, other in combinations(stacks, 2):
        if any(_overlap(one.physical(a), other.physical(b)) for a, b in _of_one_type(one, other)):
            raise NamesError(
                f"the stacks {one.name} and {other.name} can have resources of the same name, so that the role of one "
                f"could change the other: add `pulumi:autonaming: {{pattern: '{PATTERN}'}}` to the newer stack's file"
            )


def _names(stack: str, autonaming: Mapping[str, Any]) -> str:
    mode = autonaming.get("mode", "default")
    if mode == "verbatim" and autonaming.keys() <= {"mode"}:
        return "${name}"
    if mode != "default" or not autonaming.keys() <= {"mode", "pattern", "enforce"}:
        raise NamesError(
            f"Pulumi.{stack}.yaml: pulumi:autonaming must be the mode verbatim, or one pattern for all types"
        )
    known = {"${stack}": stack, "${project}": project()["name"], "${name}": "${name}"}
    pattern = without_random(autonaming.get("pattern", DEFAULT_PATTERN), "?")
    return re.sub(r"\$\{[^}]*\}", lambda found: _known_part(found[0], known), pattern)


def _known_part(expression: str, known: Mapping[str, str]) -> str:
    try:
        return known[expression]
    except KeyError:
        raise NamesError(
            f"the pattern of pulumi:autonaming contains {expression}, which this project does not know: use {PATTERN}"
        ) from None


def _of_one_type(one: Stack, other: Stack) -> Iterator[tuple[str, str]]:
    """Yield the logical names of all pairs of resources that have the same type."""
    for kind, name in one.system.named_by_pulumi():
        yield from ((name, another) for type_token, another in other.system.named_by_pulumi() if type_token == kind)


def _overlap(one: str, other: str) -> bool:
    """Whether two patterns can match the same text."""
    return len(one) == len(other) and all(a == b or "?" in {a, b} for a, b in zip(one, other, strict=True))
