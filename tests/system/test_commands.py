"""`make demo` and `orders local` as processes: what they print, how they end, and that nothing stays behind."""

import http.client
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.emulator import LOOPBACK, EmulatorError, _environment, emulator
from local.project import ROOT
from tests.support.processes import emulator_on, listening_addresses, needs_proc, processes_of
from tests.support.project_copy import copy_project
from tests.support.waiting import eventually


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


def is_listening(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, int(port))) == 0


def test_the_demo_shows_the_whole_way_and_its_counts_add_up(tmp_path: Path) -> None:
    with running(tmp_path, DEMO) as demo:
        assert demo.process.wait(timeout=120) == 0, demo.printed
        printed = demo.printed
    assert "published 101 = stored 95 + set aside 6" in printed
    assert re.search(r'"message": "batch processed".*"stored": \["O1234"', printed)
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
        session = emulator_on(port)
        assert len(processes_of(session)) > 1, "the emulator runs the function"
        demo.process.send_signal(how)
        assert demo.process.wait(timeout=60) in (-how, 128 + how)
    assert eventually(lambda: not processes_of(session), "the end of the emulator and its functions")
    assert not is_listening(port)


@needs_proc
@pytest.mark.skipif(not shutil.which("make"), reason="needs make, and there is no `make` on PATH")
def test_ctrl_c_ends_make_demo_and_all_that_it_started(tmp_path: Path) -> None:
    with running(tmp_path, "import os; os.execvp('make', ['make', 'demo'])") as make:
        port = make.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        make.wait_for("✓ deploy")
        session = emulator_on(port)
        os.killpg(make.process.pid, signal.SIGINT)  # A terminal sends it to the whole group.
        assert make.process.wait(timeout=60) != 0
        assert "stopped; nothing is left running" in make.printed
    assert eventually(lambda: not processes_of(session), "the end of the emulator and its functions")


SLEEPING_FUNCTION = """
import time

def handle(event, context):
    time.sleep(600)
"""


@needs_proc
def test_a_function_that_is_running_ends_with_the_emulator() -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("sleeping.py", SLEEPING_FUNCTION)
    with emulator("test-sleeping") as endpoint:
        session = emulator_on(endpoint.url.rpartition(":")[2])
        endpoint.lambda_.create_function(
            FunctionName="Sleeping",
            Runtime="python3.11",
            Handler="sleeping.handle",
            Role="arn:aws:iam::000000000000:role/any",
            Timeout=900,
            Code={"ZipFile": code.getvalue()},
        )
        endpoint.lambda_.invoke(FunctionName="Sleeping", InvocationType="Event")
        assert eventually(lambda: len(processes_of(session)) == 2, "the function's process beside the emulator's")
    assert eventually(lambda: not processes_of(session), "the end of both")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "rebound.example.org"}],
    ids=["a script", "an image", "another name"],
)
def test_the_emulator_refuses_what_a_web_page_could_send(headers: dict[str, str]) -> None:
    with emulator("test-browser") as endpoint:
        host = endpoint.url.removeprefix("http://")
        for sent, status in (({}, 200), (headers, 403)):
            connection = http.client.HTTPConnection(host)
            connection.request("GET", "/_ministack/health", headers=sent)
            assert connection.getresponse().status == status
            connection.close()


def test_functions_get_no_secrets_from_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("SOME_TOKEN", "mine")
    assert not {"AWS_PROFILE", "SOME_TOKEN"} & _environment().keys()


@needs_proc
def test_the_emulator_listens_on_loopback_alone() -> None:
    with emulator("test-loopback") as endpoint:
        port = endpoint.url.rpartition(":")[2]
        endpoint.sqs.list_queues()
        # Two of its services open ports of their own, on every address, unless they are told not to.
        assert listening_addresses(emulator_on(port)) == {f"{LOOPBACK}:{port}"}
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
        assert "--query \"events[?contains(message, 'order failed')].[message]\"" in local.printed
        first_zip = local.wait_for(r"(?<=zip )\w+")

        handler = copy / "handler/order.py"
        handler.write_text(handler.read_text() + "# changed\n")
        local.wait_for(rf"changed: handler/order\.py\n.*\n?.*\n?.*\n?✓ deployed in .*, zip (?!{first_zip})")

        settings = copy / "infra/settings.py"
        sound = settings.read_text()
        save(settings, sound + "oops\n")
        local.wait_for("NameError: name 'oops' is not defined")
        local.wait_for("✗ not deployed")
        save(settings, sound)
        local.wait_for(r"(?s)✗ not deployed.*✓ deployed")

        stack = copy / "Pulumi.local.yaml"
        deployed = local.printed.count("✓ deployed")
        for seconds in (4, 5):  # Twice: a file that was replaced is still watched.
            save(
                stack,
                re.sub(r"visibilityTimeoutSeconds: \d", f"visibilityTimeoutSeconds: {seconds}", stack.read_text()),
            )
            deployed += 1
            local.wait_for(rf"(?s)(✓ deployed.*){{{deployed}}}")

        local.process.send_signal(signal.SIGINT)
        assert local.process.wait(timeout=60) == 128 + signal.SIGINT
        assert "nothing is left running" in local.printed


def save(file: Path, text: str) -> None:
    """Save as editors do: write a new file, and put it in the old one's place."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(file)


def test_orders_local_bare_starts_the_emulator_alone(tmp_path: Path) -> None:
    with running(tmp_path, ORDERS, "local", "--bare") as local:
        local.wait_for("Nothing is deployed on it")
        port = re.search(r"127\.0\.0\.1:(\d+)", local.printed)
        assert port
        assert is_listening(port[1])
        assert "OrderTopic" not in local.printed
