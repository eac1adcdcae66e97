"""The emulator as a process: where it listens, which requests it rejects, and that its functions end with it."""

import http.client
import io
import socket
import zipfile

import pytest

from infra.project import ROOT
from local.emulator import LOOPBACK, EmulatorError, _environment, emulator
from tests.support.background import is_listening
from tests.support.processes import emulator_on, listening_addresses, needs_proc, processes_of
from tests.support.waiting import eventually

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
    with emulator("test-sleeping") as clients:
        session = emulator_on(clients.emulator_url.rpartition(":")[2])
        clients.lambda_.create_function(
            FunctionName="Sleeping",
            Runtime="python3.11",
            Handler="sleeping.handle",
            Role="arn:aws:iam::000000000000:role/any",
            Timeout=900,
            Code={"ZipFile": code.getvalue()},
        )
        clients.lambda_.invoke(FunctionName="Sleeping", InvocationType="Event")
        assert eventually(lambda: len(processes_of(session)) == 2, "the function's process beside the emulator's")
    assert eventually(lambda: not processes_of(session), "the end of both")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "rebound.example.org"}],
    ids=["a script", "an image", "another name"],
)
def test_the_emulator_refuses_what_a_web_page_could_send(headers: dict[str, str]) -> None:
    with emulator("test-browser") as clients:
        host = clients.emulator_url.removeprefix("http://")
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
    with emulator("test-loopback") as clients:
        port = clients.emulator_url.rpartition(":")[2]
        clients.sqs.list_queues()
        # By default, two services of the emulator open more ports, on all addresses.
        assert listening_addresses(emulator_on(port)) == {f"{LOOPBACK}:{port}"}
    assert not is_listening(port)


def test_an_emulator_takes_another_port_where_the_preferred_one_is_taken() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with emulator("test-taken", preferred_port=port) as clients:
            assert clients.emulator_url != f"http://{LOOPBACK}:{port}"
            assert clients.sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_emulator_that_cannot_start_says_where_to_look() -> None:
    with pytest.raises(EmulatorError) as raised, emulator("test-broken", preferred_port=65_536):
        pass
    assert ".local/test-broken.log says why" in str(raised.value)
    assert "port must be 0-65535" in (ROOT / ".local/test-broken.log").read_text()
