"""The project's files: where it is, and the configuration of its stacks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


def project() -> dict[str, Any]:
    """Pulumi.yaml."""
    return _read("Pulumi.yaml")


def stack_config(stack: str, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """The configuration of a stack: the project's defaults, its file, and last the overrides.

    Keys have their namespace (`orders:batchSize`), values are text, structured ones JSON. Settings of the project may
    be overridden without the namespace.
    """
    declared = project()
    name = declared["name"]
    config = {f"{name}:{key}": setting["default"] for key, setting in declared["config"].items()}
    config |= _read(f"Pulumi.{stack}.yaml")["config"]
    config |= {f"{name}:{key}": value for key, value in (overrides or {}).items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


def _read(file: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        from pulumi import RunError  # noqa: PLC0415 - takes long, and the `orders` command has no need of it

        raise RunError(f"{file} is no YAML: {error.problem} in line {line}") from None
    return document
