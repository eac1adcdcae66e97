"""The stacks that workflows deploy to AWS, read from their files."""

import json
from dataclasses import dataclass

from infra.project import stack_config, stack_names

EMULATOR = "local"
"""The stack that is deployed on an emulator: Pulumi.local.yaml."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack. If `exact_names` is false, Pulumi appends a random suffix such as `-1a2b3c4` to each physical name."""

    name: str
    region: str
    exact_names: bool


def deployed_stacks() -> list[Stack]:
    """Return every stack that has a file, except the emulator's."""
    return [_stack(name) for name in stack_names() if name != EMULATOR]


def _stack(name: str) -> Stack:
    config = stack_config(name)
    autonaming = json.loads(config.get("pulumi:autonaming", "{}"))
    return Stack(name=name, region=config["aws:region"], exact_names=autonaming.get("mode") == "verbatim")
