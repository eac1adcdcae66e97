import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from pulumi import automation

from infra.project import ROOT
from local.emulator import LOOPBACK, USUAL_PORT, emulator
from ops.clients import Clients, local_clients
from tests.support.pipeline import Pipeline
from tests.support.project_copy import copy_project

RESOURCES = 62
"""The stack, 11 components and 50 resources."""


WANTED = "ORDERS_TEST_ENGINE"
"""The environment variable that `make test-engine` sets to run these tests."""
LANGUAGE_HOST = "PULUMI_ENGINE_LANGUAGE_HOST"
"""Set where the CLI has another language host than its own: `stand-in`, or `real`, which is Pulumi's of March 2023."""


def pytest_runtest_setup() -> None:
    # `make test` must not download the AWS provider, even if the CLI is installed.
    if not os.environ.get(WANTED):
        pytest.skip("needs the Pulumi CLI and the AWS provider, which `make test-engine` uses")
    if not shutil.which("pulumi"):
        pytest.fail("there is no `pulumi` on PATH: make test-engine needs the Pulumi CLI")


@pytest.fixture(scope="session", autouse=True)
def no_account() -> Iterator[None]:
    """Keep this machine's AWS configuration away from the stacks of tests. Their provider must use the emulator."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield


@dataclass(frozen=True)
class Deployment:
    """A stack of a copy of the project, on an emulator of its own."""

    root: Path
    clients: Clients
    stack: automation.Stack

    def pipeline(self) -> Pipeline:
        return Pipeline(self.clients, {name: output.value for name, output in self.stack.outputs().items()})

    def set(self, setting: str, value: str) -> None:
        self.stack.set_config(setting, automation.ConfigValue(value))

    def reset(self, setting: str) -> None:
        self.stack.remove_config(setting)

    def pulumi(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the CLI, as a user does. It may fail."""
        return self._run("pulumi", *words, "--non-interactive")

    def orders(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the `orders` command of the copy, without credentials. It may fail."""
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
        clients = self.clients
        return not any(
            (
                clients.sns.list_topics()["Topics"],
                clients.sqs.list_queues().get("QueueUrls"),
                clients.dynamodb.list_tables()["TableNames"],
                clients.lambda_.list_functions()["Functions"],
                clients.lambda_.list_event_source_mappings()["EventSourceMappings"],
                clients.logs.describe_log_groups()["logGroups"],
                clients.cloudwatch.describe_alarms()["MetricAlarms"],
                clients.cloudwatch.list_dashboards()["DashboardEntries"],
                clients.iam.list_roles()["Roles"],
            )
        )


@contextmanager
def deployment(stack: str, folder: Path) -> Iterator[Deployment]:
    root = copy_project(folder)
    (root / ".venv").symlink_to(ROOT / ".venv")
    state = folder / "state"
    state.mkdir()
    with emulator(f"engine-{stack}-{folder.name}") as clients:
        region = _use_emulator(root / f"Pulumi.{stack}.yaml", clients)
        variables = {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": "only for this test"}
        options = automation.LocalWorkspaceOptions(env_vars=variables)
        created = automation.create_stack(stack, work_dir=str(root), opts=options)
        yield Deployment(root, local_clients(clients.emulator_url, region), created)


def _use_emulator(stack_file: Path, clients: Clients) -> str:
    """Point a stack's provider at the emulator, and return the stack's Region."""
    local = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())["config"]
    document = yaml.safe_load(stack_file.read_text())
    provider = {key: local[key] for key in ("aws:accessKey", "aws:secretKey", "aws:endpoints")}
    document["config"] |= json.loads(
        json.dumps(provider).replace(f"http://{LOOPBACK}:{USUAL_PORT}", clients.emulator_url)
    )
    stack_file.write_text(yaml.safe_dump(document))
    return str(document["config"]["aws:region"])


Deploy = Callable[[str], AbstractContextManager[Deployment]]


@pytest.fixture(scope="module")
def deploy(tmp_path_factory: pytest.TempPathFactory) -> Deploy:
    """Open a stack by name, without deploying it."""
    return lambda stack: deployment(stack, tmp_path_factory.mktemp(stack))


@pytest.fixture
def fresh(deploy: Deploy) -> Iterator[Deployment]:
    """The dev stack, not deployed."""
    with deploy("dev") as opened:
        yield opened


@pytest.fixture(scope="module")
def deployed(deploy: Deploy) -> Iterator[Deployment]:
    """The dev stack, deployed. A test that changes it restores it."""
    with deploy("dev") as opened:
        opened.stack.up()
        yield opened
