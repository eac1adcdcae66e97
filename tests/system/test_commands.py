"""`make demo` and `orders local` as processes: what they print, how they end, and that nothing stays behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.emulator import LOOPBACK, EmulatorError, emulator
from local.program import ROOT
from tests.support.project_copy import copy_project
from tests.support.waiting import eventually

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="finds left-over processes in /proc, which this system lacks"
)


class Running:
    """A command in the background, with what it has printed so far."""

    def __init__(self, process: "subprocess.Popen[str]", output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def wait_for(self, pattern: str) -> str:
        def look() -> str | None:
            assert self.process.poll() is None, f"it ended:\n{self.printed}"
            found = re.search(pattern, self.printed)
            return found and found[0]

        return eventually(look, f"{pattern!r} in:\n{self.printed}")


@contextmanager
def running(tmp_path: Path, program: str, *arguments: str, root: Path = ROOT) -> Iterator[Running]:
    """Run a statement in an interpreter of its own, as a console script would."""
    output = tmp_path / "output"
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", program, *arguments],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=stream,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield Running(process, output)
    finally:
        process.kill()
        process.wait()


DEMO = "import sys; from local.demo import main; sys.exit(main())"
ORDERS = "from ops.cli import main; main()"


def processes_of(port: str) -> list[str]:
    """The processes that belong to the emulator on a port: itself and the functions that it runs."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:  # It ended meanwhile, or is somebody else's.
            continue
        if f"GATEWAY_PORT={port}".encode() in variables or f"local.emulator\0{port}".encode() in command:
            found.append(f"{process.name} {command!r}")
    return found


def is_listening(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, int(port))) == 0


def test_the_demo_shows_the_whole_way_and_its_counts_add_up(tmp_path: Path) -> None:
    with running(tmp_path, DEMO) as demo:
        assert demo.process.wait(timeout=120) == 0, demo.printed
        printed = demo.printed
    assert "published 101 = stored 95 + set aside 6" in printed
    assert re.search(r'"message": "order stored".*"orderId": "O1234"', printed)
    assert re.search(r"O1234 +U123 +Laptop +1 +new +2025-05-03T12:00:00Z", printed)
    assert re.search(r"O9002 +3 +quantity must be at least 1", printed)
    for stage in ("start the emulator", "deploy", "publish", "store", "set aside"):
        assert re.search(rf"✓ {stage}.* \d+\.\d s ", printed)


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_the_demo_leaves_no_process_behind_however_it_is_ended(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path, DEMO) as demo:
        port = demo.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        demo.wait_for("✓ store")
        assert len(processes_of(port)) >= 1
        demo.process.send_signal(how)
        assert demo.process.wait(timeout=60) in (-how, 128 + how)
    assert eventually(lambda: not processes_of(port), f"the end of the processes of port {port}")
    assert not is_listening(port)


def test_the_emulator_listens_on_loopback_alone() -> None:
    with emulator("test-loopback") as endpoint:
        port = endpoint.url.rpartition(":")[2]
        assert is_listening(port)
        with socket.socket() as probe:
            # Linux takes all of 127.0.0.0/8 for itself: whoever listens on every address answers here as well.
            assert probe.connect_ex(("127.0.0.2", int(port))) != 0
    assert not is_listening(port)


def test_an_emulator_takes_another_port_where_the_preferred_one_is_taken() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with emulator("test-taken", preferred_port=port) as endpoint:
            assert endpoint.url != f"http://{LOOPBACK}:{port}"
            assert endpoint.sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_emulator_that_cannot_start_says_where_to_look() -> None:
    with pytest.raises(EmulatorError) as raised, emulator("test-broken", preferred_port=65_536):
        pass
    assert ".local/test-broken.log says why" in str(raised.value)
    assert "port must be 0-65535" in (ROOT / ".local/test-broken.log").read_text()


def test_orders_local_says_how_to_reach_the_system_and_deploys_again_when_code_changes(
    tmp_path: Path,
) -> None:
    copy = copy_project(tmp_path)
    with running(tmp_path, ORDERS, "local", root=copy) as local:
        local.wait_for("Ctrl-C ends it all")
        assert re.search(r"export AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+", local.printed)
        assert "aws sns publish --topic-arn arn:aws:sns:us-east-1:000000000000:OrderTopic" in local.printed
        first_zip = local.wait_for(r"(?<=zip )\w+")

        handler = copy / "handler/order.py"
        handler.write_text(handler.read_text() + "# changed\n")
        local.wait_for(rf"changed: handler/order\.py\n.*\n?.*\n?.*\n?✓ deployed in .*, zip (?!{first_zip})")

        settings = copy / "infra/settings.py"
        sound = settings.read_text()
        settings.write_text(sound + "oops\n")
        local.wait_for("NameError: name 'oops' is not defined")
        local.wait_for("✗ not deployed")
        settings.write_text(sound)
        local.wait_for(r"(?s)✗ not deployed.*✓ deployed")

        local.process.send_signal(signal.SIGINT)
        assert local.process.wait(timeout=60) == 0
        assert "nothing is left running" in local.printed


def test_orders_local_bare_starts_the_emulator_alone(tmp_path: Path) -> None:
    with running(tmp_path, ORDERS, "local", "--bare") as local:
        local.wait_for("Nothing is deployed on it")
        port = re.search(r"127\.0\.0\.1:(\d+)", local.printed)
        assert port
        assert is_listening(port[1])
        assert "OrderTopic" not in local.printed
