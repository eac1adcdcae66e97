"""A stack of a copy of the project, in a state of its own, which a test or a trial deploys and changes."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pulumi import automation

from infra.project import ROOT
from ops.clients import Clients
from tests.support.contents import contents
from tests.support.pipeline import Pipeline
from tests.support.project_copy import copy_project


@dataclass(frozen=True)
class Deployment:
    """A stack of a copy of the project."""

    root: Path
    clients: Clients
    stack: automation.Stack

    def pipeline(self) -> Pipeline:
        return Pipeline(self.clients, {name: output.value for name, output in self.stack.outputs().items()})

    def set(self, setting: str, value: str) -> None:
        self.stack.set_config(setting, automation.ConfigValue(value))

    def reset(self, setting: str) -> None:
        self.stack.remove_config(setting)

    def deploy(self, **settings: str) -> None:
        """Deploy with these settings, and keep them. An empty value removes a setting."""
        for setting, value in settings.items():
            if value:
                self.set(setting, value)
            else:
                self.reset(setting)
        self.stack.up()

    def pulumi(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the CLI, as a user does. It may fail."""
        return self._run("pulumi", *words, "--non-interactive")

    def orders(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the `orders` command of the copy, with the credentials of this process if it has any. It may fail."""
        return self._run(str(self.root / ".venv/bin/python"), "-m", "ops.cli", *words)

    def _run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        words = [*command, "--stack", self.stack.name]
        environment = {**os.environ, **self.stack.workspace.env_vars}
        return subprocess.run(words, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def preview(self, *options: str) -> str:
        """Return the JSON of a preview. A preview that fails prints it, too."""
        return self.pulumi("preview", "--json", *options).stdout

    def changes(self) -> dict[str, list[str]]:
        """Return the logical names of the resources in AWS that a preview would change, by operation."""
        found: dict[str, list[str]] = {}

        def note(event: automation.EngineEvent) -> None:
            metadata = event.resource_pre_event.metadata if event.resource_pre_event else None
            # A component records its settings, and so changes with them.
            if metadata and metadata.op is not automation.OpType.SAME and not metadata.type.startswith("orders:index:"):
                found.setdefault(metadata.op.value, []).append(metadata.urn.rpartition("::")[2])

        self.stack.preview(on_event=note)
        return found

    def is_empty(self) -> bool:
        """Return whether the emulator contains none of the program's resources."""
        return not any(contents(self.clients))


def copied(folder: Path) -> Path:
    """Copy the project into a folder, with the environment of this one. Returns the root of the copy."""
    root = copy_project(folder)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


def created(stack: str, root: Path, clients: Clients) -> Deployment:
    """Create a stack of a copy, without deploying it. Its state is in a folder beside the copy."""
    state = root.parent / "state"
    state.mkdir()
    variables = {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "only for this stack"}
    options = automation.LocalWorkspaceOptions(env_vars=variables)
    return Deployment(root, clients, automation.create_stack(stack, work_dir=str(root), opts=options))
