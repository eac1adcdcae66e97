import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import yaml

from infra.project import ROOT
from local.emulator import LOOPBACK, USUAL_PORT, emulator
from ops.clients import Clients, local_clients
from tests.support.deployment import Deployment, copied, created

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


@contextmanager
def deployment(stack: str, folder: Path) -> Iterator[Deployment]:
    root = copied(folder)
    with emulator(f"engine-{stack}-{folder.name}") as clients:
        region = use_emulator(root / f"Pulumi.{stack}.yaml", clients)
        yield created(stack, root, local_clients(clients.emulator_url, region))


def use_emulator(stack_file: Path, clients: Clients) -> str:
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
