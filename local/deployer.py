"""Deploys the Pulumi program on an emulator, without an engine.

The program runs under Pulumi's mocks, which carry out each registration at once (local/resources.py) and answer with
the resource's real outputs. There is no state: what is there already is brought to what the program declares, so
deploying again is an update. What the program no longer declares stays, until the emulator ends.

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

from local.aws import Endpoint
from local.program import run_program
from local.project import stack_config
from local.resources import Cloud, NotCarriedOut, carry_out, look_up

STACK = "local"
"""The stack that is deployed on an emulator: Pulumi.local.yaml."""

Progress = Callable[[str, str], None]
"""Told of each resource that was carried out: its type and its name."""


class _CarriesOut(Mocks):
    def __init__(self, cloud: Cloud, progress: Progress) -> None:
        self._cloud = cloud
        self._progress = progress

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:  # A component: it has children and no life of its own.
            return None, args.inputs
        identity, outputs = carry_out(self._cloud, args.typ, args.name, _whole(args.inputs))
        self._progress(args.typ, args.name)
        return identity, {**args.inputs, **outputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return look_up(self._cloud, args.token), []


def deploy(
    endpoint: Endpoint,
    *,
    settings: Mapping[str, str] | None = None,
    progress: Progress = lambda _type, _name: None,
) -> dict[str, Any]:
    """Deploy the local stack, with some of its settings changed, and return its outputs.

    Raises infra.config.SettingsError where the settings are off, and NotCarriedOut where the program asks for
    something that the deployer has not learnt.
    """
    config = stack_config(STACK, settings)
    if json.loads(config.get("pulumi:autonaming", "{}")).get("mode") != "verbatim":
        raise NotCarriedOut("the local deployer knows only the autonaming mode verbatim")
    tags = json.loads(config.get("aws:defaultTags", "{}")).get("tags", {})
    return run_program(STACK, config, MockMonitor(_CarriesOut(Cloud(endpoint, tags), progress)))


def _whole(value: Any) -> Any:
    """The value with its whole numbers as int: on Pulumi's wire every number is a float."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole(inner) for key, inner in value.items()}
        case list():
            return [_whole(inner) for inner in value]
        case _:
            return value


def main() -> None:
    # The local stack retries sooner than AWS advises, on purpose; that need not be said at every change of the code.
    logging.disable(logging.WARNING)
    try:
        outputs = deploy(Endpoint(sys.argv[1]))
    except (pulumi.RunError, NotCarriedOut) as error:
        sys.exit(f"error: {error}")
    except SyntaxError as error:
        sys.exit(f"error: {error.filename}, line {error.lineno}: {error.msg}\n    {(error.text or '').strip()}")
    print(json.dumps(outputs))


if __name__ == "__main__":
    main()
