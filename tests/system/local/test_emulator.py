"""The emulator as a process: where it listens, which requests it rejects, and that its functions end with it."""

import io
import socket
import zipfile

import h2.connection
import h2.events
import pytest

from infra.project import ROOT
from local.emulator import LOOPBACK, EmulatorError, emulator
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


UPGRADE = "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
HEALTH = "/_ministack/health"
REFUSED = {
    "a script": (f"GET {HEALTH}", "Host: {host}\r\nOrigin: https://example.org\r\n"),
    "an image": (f"GET {HEALTH}", "Host: {host}\r\nSec-Fetch-Site: cross-site\r\n"),
    "a link": (f"GET {HEALTH}", "Host: {host}\r\nReferer: https://example.org/\r\n"),
    "another name": (f"GET {HEALTH}", "Host: rebound.example.org\r\n"),
    "a name with a port": (f"GET {HEALTH}", "Host: {host}@example.org\r\n"),
    "a preflight": (f"OPTIONS {HEALTH}", "Host: {host}\r\n"),
    "a head": (f"HEAD {HEALTH}", "Host: {host}\r\nOrigin: null\r\n"),
    "an absolute url": (f"GET http://example.org{HEALTH}", "Host: {host}\r\n"),
    "a socket with an origin": (f"GET {HEALTH}", UPGRADE + "Upgrade: websocket\r\nHost: {host}\r\nOrigin: null\r\n"),
    "a socket with a host": (f"GET {HEALTH}", UPGRADE + "Upgrade: websocket\r\nHost: rebound.example.org\r\n"),
    "a socket": (f"GET {HEALTH}", UPGRADE + "Upgrade: websocket\r\nHost: {host}\r\n"),
}


def answer(host: str, request: str, headers: str) -> bytes:
    """Send a request as it stands, and return the whole answer."""
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        head = f"{request} HTTP/1.1\r\n{headers}".replace("{host}", host)
        connection.sendall((head if "Connection" in head else f"{head}Connection: close\r\n").encode() + b"\r\n")
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_the_emulator_refuses_what_a_web_page_could_send() -> None:
    with emulator("test-browser") as clients:
        host = clients.emulator_url.removeprefix("http://")
        assert answer(host, f"GET {HEALTH}", "Host: {host}\r\n").startswith(b"HTTP/1.1 200 ")
        answers = {name: answer(host, *request)[:12] for name, request in REFUSED.items()}
        # Two names: the HTTP library refuses them before the guard does.
        doubled = answer(host, f"GET {HEALTH}", "Host: {host}\r\nHost: example.org\r\n")
        assert clients.sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answers == dict.fromkeys(REFUSED, b"HTTP/1.1 403")
    assert doubled.startswith(b"HTTP/1.1 400 ")


def test_the_emulator_refuses_http_2() -> None:
    with emulator("test-http-2") as clients:
        host = clients.emulator_url.removeprefix("http://")
        connection = h2.connection.H2Connection()
        connection.initiate_connection()
        head = {":method": "GET", ":scheme": "http", ":path": HEALTH, ":authority": host}
        connection.send_headers(1, list(head.items()), end_stream=True)
        status = None
        with socket.create_connection((LOOPBACK, int(host.partition(":")[2])), timeout=10) as stream:
            stream.sendall(connection.data_to_send())
            while status is None:
                for event in connection.receive_data(stream.recv(4096)):
                    if isinstance(event, h2.events.ResponseReceived):
                        status = dict(event.headers or ())[b":status"]
    assert status == b"403"


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
