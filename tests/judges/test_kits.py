"""The judges that run as servers, and what installs them."""

import os
import shutil
import socket
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from tests.judges import kits
from tests.judges.aws_lambda.bootstrap import installed_bootstrap_of_this_python, running_function
from tests.judges.conftest import Have
from tests.judges.router import routed
from tests.support.processes import descendants, listening_addresses, needs_proc
from tests.support.recorder import recorded


@needs_proc
@pytest.mark.parametrize("judge", ["dynamodb_local", "elasticmq", "localstack"])
def test_a_judge_listens_on_loopback_only(judge: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(judge)
    addresses = listening()
    assert url.removeprefix("http://") in addresses
    assert are_on_loopback(addresses), addresses


@needs_proc
def test_the_runtime_interface_emulator_listens_on_loopback_only(have: Have, tmp_path: Path) -> None:
    declared = recorded("dev").one("aws:lambda/function:Function", "OrderProcessor").inputs
    before = listening()
    with running_function(have(installed_bootstrap_of_this_python), tmp_path, declared, {}) as function:
        assert function.invoke({"Records": []}) == {"batchItemFailures": []}
        addresses = listening() - before
    assert len(addresses) == 2, "that of the function and that of the runtime"
    assert are_on_loopback(addresses), addresses


@needs_proc
def test_the_router_listens_on_loopback_only() -> None:
    before = listening()
    with routed({}, others="http://nowhere") as url:
        addresses = listening() - before
    assert addresses == {url.removeprefix("http://")}
    assert are_on_loopback(addresses)


@needs_proc
def test_a_server_at_another_address_is_noticed() -> None:
    before = listening()
    with socket.create_server(("127.0.0.2", 0)):
        addresses = listening() - before
    assert len(addresses) == 1
    assert not are_on_loopback(addresses)


def listening() -> set[str]:
    """The addresses at which this process and its descendants listen."""
    processes = (os.getpid(), *descendants(os.getpid()))
    found = {address for process in processes for address in listening_addresses(process)}
    # Java listens at IPv4 addresses in their IPv6 form.
    return {address.removeprefix("::ffff:") for address in found}


def are_on_loopback(addresses: set[str]) -> bool:
    return all(address.startswith("127.0.0.1:") for address in addresses)


def test_servers_of_one_name_have_logs_of_their_own_which_the_next_ones_replace() -> None:
    name = f"test-{uuid4()}"
    command = ("sh", "-c", "echo ready $0; cat", "1")
    try:
        for _ in range(2):
            with kits.server(name, *command, ready=r"ready (\d)"), kits.server(name, *command, ready=r"ready (\d)"):
                logs = {log.name: log.read_text() for log in kits.FOLDER.glob(f"{name}-*.log")}
            assert logs == {f"{name}-1.log": "ready 1\n", f"{name}-2.log": "ready 1\n"}
    finally:
        for log in kits.FOLDER.glob(f"{name}-*.log"):
            log.unlink()


def test_a_judge_is_installed_once_and_again_if_its_lock_changes(tmp_path: Path) -> None:
    name, lock, installations = f"test-{uuid4()}", tmp_path / "requirements.txt", count()

    def install(folder: Path) -> None:
        assert not list(folder.iterdir())
        (folder / "number").write_text(str(next(installations)))

    try:
        numbers = []
        for content in ("a==1", "a==1", "a==2"):
            lock.write_text(content)
            numbers.append((kits.installed(name, install, lock=tmp_path) / "number").read_text())
        assert numbers == ["0", "0", "1"]
    finally:
        shutil.rmtree(kits.FOLDER / name)
        for suffix in ("installed", "lock"):
            (kits.FOLDER / f"{name}.{suffix}").unlink()
