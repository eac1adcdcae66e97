"""A deployed system in which a test makes one change after another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.engine.conftest import deployment
from tests.engine.prediction.guarantees import guarantees, weaker
from tests.support.deployment import Deployment
from tests.support.gateway import Answer, Gateway, Pass, gateway_to

UNKNOWN_TO_THE_EMULATOR = {"AssociateKmsKey", "DisassociateKmsKey"}
"""Requests about the key of a log group. The emulator has no such action. On AWS, they change no record."""


def _accept(operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
    return (200, {}) if operation in UNKNOWN_TO_THE_EMULATOR else pass_on(body)


def deploy(deployed: Deployment, *options: str) -> bool:
    """Deploy the program as it is. Returns whether that succeeded."""
    # The Automation API would ask for outputs and history after each update.
    return deployed.pulumi("up", "--yes", "--skip-preview", *options).returncode == 0


class Sandbox:
    """The dev stack on an emulator, deployed."""

    def __init__(self, folder: Path, contexts: ExitStack) -> None:
        self._folder = folder
        self._contexts = contexts
        self.deployed = self._deploy()
        self._whole = guarantees(self.deployed)

    def restore(self) -> None:
        """Deploy the program as it is. If that does not repair all damage, replace the stack by a new one."""
        if not deploy(self.deployed) or weaker(self._whole, guarantees(self.deployed)):
            self.renew()

    def renew(self) -> None:
        """Replace the stack by a new one."""
        self._contexts.close()
        self.deployed = self._deploy()

    @contextmanager
    def changed(self, lines: str) -> Iterator[None]:
        """Run lines at the start of the program, until the end of the block."""
        main = self.deployed.root / "__main__.py"
        source = main.read_text()
        docstring, _, program = source.partition("\n\n")
        main.write_text(f"{docstring}\n{lines}\n{program}")
        try:
            yield
        finally:
            main.write_text(source)

    def _deploy(self) -> Deployment:
        deployed = self._contexts.enter_context(deployment("dev", Path(mkdtemp(dir=self._folder))))
        gateway = self._contexts.enter_context(gateway_to(deployed.clients))
        _send_logs_through(gateway, deployed)
        assert deploy(deployed), "the stack cannot be deployed"
        return deployed


def _send_logs_through(gateway: Gateway, deployed: Deployment) -> None:
    gateway.disturb = _accept
    stack_file = deployed.root / "Pulumi.dev.yaml"
    direct = f"cloudwatchlogs: {deployed.clients.emulator_url}"
    text = stack_file.read_text()
    assert direct in text
    stack_file.write_text(text.replace(direct, f"cloudwatchlogs: {gateway.url}"))


@contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with ExitStack() as contexts:
        yield Sandbox(folder, contexts)
