"""Imports into a state that exists only for this command, and previews the first `pulumi up` there.

So the provider itself reads the resources and compares them with the program. An import and a preview change nothing in
AWS. The state of the stack and the stack's file stay as they are.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from infra.project import ROOT, project
from ops.adopt.import_file import Document
from ops.pulumi import OnWaiting, Place, change_state, run_pulumi

SECONDS = 600
"""How long an import or a preview may take: each can download the provider."""
IMPORT_OPTIONS = ("--generate-code=false", "--protect=false")
"""The program declares what to protect, and contains the code."""
SECRET = "secure"  # noqa: S105 - the key under which the CLI stores an encrypted value


def preview_after_import(document: Document, providers: Sequence[str], stack: str, on_waiting: OnWaiting) -> str:
    """Return the JSON of the preview that follows the import. Raises NoAccess if the import fails.

    `providers` are the URNs of the providers that the program declares. An import needs them in the state.
    """
    with TemporaryDirectory(prefix="orders-adopt-") as folder:
        here = Path(folder)
        place = _empty_stack(here, stack, on_waiting)
        file = here / "import.json"
        file.write_text(json.dumps(document))
        options = ("--config-file", str(_stack_file(here, stack)))

        def change(*words: str) -> None:
            change_state(*words, *options, stack=stack, seconds=SECONDS, on_waiting=on_waiting, place=place)

        if providers:
            change("up", *(word for urn in providers for word in ("--target", urn)), "--skip-preview", "--yes")
        change("import", "--file", str(file), *IMPORT_OPTIONS, "--skip-preview", "--yes")
        return run_pulumi(
            "preview", "--show-sames", *options, stack=stack, seconds=SECONDS, on_waiting=on_waiting, place=place
        )


def _empty_stack(folder: Path, stack: str, on_waiting: OnWaiting) -> Place:
    """Create a stack of the same project and name, so that its resources get the same URNs. It is in a folder."""
    state = folder / "state"
    state.mkdir()
    environment = {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex()}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": project()["name"], "runtime": "python"}))
    _stack_file(folder, stack).write_text(yaml.safe_dump({"config": _settings(stack, on_waiting)}))
    # The command adds the salt of its passphrase to the stack's file in its folder: it must not find the project's.
    change_state(
        *("stack", "init", "--no-select", "--secrets-provider", "passphrase"),
        stack=stack,
        seconds=SECONDS,
        on_waiting=on_waiting,
        place=Place(folder, environment),
    )
    return Place(ROOT, environment)


def _stack_file(folder: Path, stack: str) -> Path:
    return folder / f"Pulumi.{stack}.yaml"


def _settings(stack: str, on_waiting: OnWaiting) -> Mapping[str, Any]:
    """The stack's settings. The CLI decrypts those that are secrets, because the other state has another key."""
    settings: dict[str, Any] = yaml.safe_load(_stack_file(ROOT, stack).read_text()).get("config") or {}
    encrypted = {key for key, value in settings.items() if SECRET in json.dumps(value)}
    if not encrypted:
        return settings
    found = run_pulumi("config", "--show-secrets", stack=stack, seconds=SECONDS, on_waiting=on_waiting)
    plain = json.loads(found)
    return settings | {key: plain[key].get("objectValue", plain[key]["value"]) for key in encrypted}
