"""What the engine has recorded about a stack, read from the file of its state: that is faster than the CLI."""

import json
from collections.abc import Sequence
from typing import Any

from tests.support.deployment import Deployment


def resources(deployed: Deployment) -> Sequence[dict[str, Any]]:
    [file] = (deployed.root.parent / "state/.pulumi/stacks").glob(f"*/{deployed.stack.name}.json")
    found: list[dict[str, Any]] = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    return found


def outputs(deployed: Deployment) -> dict[str, Any]:
    """The stack outputs."""
    [stack] = (one for one in resources(deployed) if one["type"] == "pulumi:pulumi:Stack")
    return dict(stack["outputs"])
