"""The files of the Pulumi project: its folder, Pulumi.yaml, and the files of its stacks.

The functions read this project, or a user's own one in another folder.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class ProjectFileError(Exception):
    """A file of the project is not valid YAML. The message is one line with the file, the problem and its line."""


def nearest() -> Path:
    """Return the folder of the project that the user stands in, as the Pulumi CLI finds it, or else this one."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").is_file()), ROOT)


def project(folder: Path | None = None) -> dict[str, Any]:
    """Read Pulumi.yaml. Raises ProjectFileError."""
    return _read("Pulumi.yaml", folder)


def stack_names(folder: Path | None = None) -> list[str]:
    """Return the stacks that have a file, Pulumi.STACK.yaml, in alphabetical order."""
    files = (folder or ROOT).glob("Pulumi.*.yaml")
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)


def defaults(folder: Path | None = None) -> dict[str, str]:
    """Return the default of each setting, by key. Raises ProjectFileError.

    The project of a user's own program need not declare any.
    """
    # `pulumi new` adds a key with a namespace. Such keys are values of Pulumi or of a provider, and no settings.
    declared = {key: one for key, one in (project(folder).get("config") or {}).items() if ":" not in key}
    return {key: _text(one["default"]) for key, one in declared.items() if isinstance(one, dict) and "default" in one}


def stack_config(stack: str, overrides: Mapping[str, str] | None = None, folder: Path | None = None) -> dict[str, str]:
    """Return the configuration of a stack: the project's defaults, then the stack's file, then the overrides.

    Keys contain their namespace (`orders:batchSize`), which is the name of the project if the file has none. Values are
    text, structured values are JSON. Raises ProjectFileError, and FileNotFoundError for an unknown stack.
    """
    name = project(folder)["name"]
    parts = (defaults(folder), _read(f"Pulumi.{stack}.yaml", folder).get("config") or {}, overrides or {})
    return {key if ":" in key else f"{name}:{key}": _text(value) for part in parts for key, value in part.items()}


def stack_settings(stack: str) -> dict[str, str]:
    """Return the settings of the project in a stack, by key without the namespace. Raises as `stack_config` does."""
    namespace = f"{project()['name']}:"
    config = stack_config(stack)
    return {key.removeprefix(namespace): value for key, value in config.items() if key.startswith(namespace)}


def emulator_of(stack: str) -> str | None:
    """Return the URL of the emulator that a stack is deployed on, or None for AWS. Raises as `stack_config` does.

    `aws:endpoints` can contain endpoints of AWS, too, but none of those serves both SNS and SQS.
    """
    try:
        endpoints = json.loads(stack_config(stack).get("aws:endpoints", "[]"))
    except ValueError:  # The provider refuses it, too.
        return None
    match endpoints:
        case [{"sns": str(sns), "sqs": str(sqs)}] if sns == sqs:
            return sns
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def setting_position(stack: str, key: str, folder: Path | None = None) -> str:
    """Return where a setting of the stack stands, such as `Pulumi.prod.yaml line 12`.

    The key contains its namespace, as in `stack_config`, which finds the mistakes in the files. The text is empty if no
    file contains the setting.
    """
    import yaml  # noqa: PLC0415 - as in _read

    stack_file = f"Pulumi.{stack}.yaml"
    places: list[tuple[str, tuple[str, ...]]] = [(stack_file, ("config", key))]
    namespace, _, name = key.partition(":")
    if namespace == project(folder)["name"]:
        places += [(stack_file, ("config", name)), ("Pulumi.yaml", ("config", name, "default"))]
    for file, keys in places:
        if (line := _line(yaml.compose(((folder or ROOT) / file).read_text()), keys)) is not None:
            return f"{file} line {line}"
    return ""


def _line(node: Any, keys: Sequence[str]) -> int | None:
    """The line of a nested key in a YAML document, or None if the document does not contain it."""
    pairs = node.value if node is not None and node.id == "mapping" else []
    for name, value in pairs:
        if name.value == keys[0]:
            return _line(value, keys[1:]) if keys[1:] else name.start_mark.line + 1
    return None


def _read(file: str, folder: Path | None) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - most commands need only ROOT, and the import takes as long as all of this module

    try:
        document: dict[str, Any] | None = yaml.safe_load(((folder or ROOT) / file).read_text())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ProjectFileError(f"{file} is not valid YAML: {error.problem} in line {line}") from None
    return document or {}
