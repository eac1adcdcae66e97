"""Deploys the Pulumi program on an emulator, without an engine.

The program runs under Pulumi's mocks. They deploy each resource as soon as it is registered (local/resources/) and
return its real outputs. There is no state: a resource that exists is updated to what the program declares, so deploying
again is an update. A resource that the program no longer declares stays until the emulator ends.

`python -m local.deployer URL` deploys on the emulator at URL and prints the stack's outputs as JSON.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.runtime import Mocks
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs

from infra.project import ProjectFileError, stack_config
from local.entry_point import BrokenFunction
from local.program import run_program
from local.resources import Cloud, UnsupportedResource, call_function, deploy_resource
from ops.clients import Clients, local_clients

STACK = "local"
"""The stack that is deployed on an emulator: Pulumi.local.yaml."""

OnProgress = Callable[[str, str], None]
"""Receives the type and the name of each deployed resource."""


class _DeployingMocks(Mocks):
    def __init__(self, cloud: Cloud, on_progress: OnProgress) -> None:
        self._cloud = cloud
        self._on_progress = on_progress

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:  # A component only groups its children.
            return None, args.inputs
        identity, outputs = deploy_resource(self._cloud, args.typ, args.name, _with_integers(args.inputs))
        self._on_progress(args.typ, args.name)
        return identity, {**args.inputs, **outputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return call_function(self._cloud, args.token), []


def deploy(
    clients: Clients,
    *,
    settings: Mapping[str, str] | None = None,
    on_progress: OnProgress = lambda _type, _name: None,
) -> dict[str, Any]:
    """Deploy the local stack, with some of its settings changed, and return its outputs.

    Raises infra.config.SettingsError if the settings are invalid, UnsupportedResource if the program declares something
    that the deployer does not support, and BrokenFunction if the function's code cannot be imported.
    """
    config = stack_config(STACK, settings)
    if json.loads(config.get("pulumi:autonaming", "{}")).get("mode") != "verbatim":
        raise UnsupportedResource("the local deployer supports only the autonaming mode verbatim")
    tags = json.loads(config.get("aws:defaultTags", "{}")).get("tags", {})
    return run_program(STACK, config, MockMonitor(_DeployingMocks(Cloud(clients, tags), on_progress)))


def _with_integers(value: Any) -> Any:
    """Convert whole numbers to int: Pulumi transfers every number as a float."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _with_integers(inner) for key, inner in value.items()}
        case list():
            return [_with_integers(inner) for inner in value]
        case _:
            return value


def main() -> None:
    # The local stack retries sooner than AWS advises, on purpose. The warning would repeat at every change of the code.
    logging.disable(logging.WARNING)
    try:
        outputs = deploy(local_clients(sys.argv[1]))
    except (pulumi.RunError, ProjectFileError, UnsupportedResource, BrokenFunction) as error:
        sys.exit(f"error: {error}")
    except SyntaxError as error:
        sys.exit(f"error: {error.filename}, line {error.lineno}: {error.msg}\n    {(error.text or '').strip()}")
    print(json.dumps(outputs))


if __name__ == "__main__":
    main()
