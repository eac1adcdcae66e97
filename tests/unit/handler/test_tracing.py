"""Subsegments of requests to DynamoDB, which a socket in place of X-Ray's daemon receives."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.session import get_session

from handler.tracing import DAEMON_VARIABLE, NOT_LATER, TRACE_VARIABLE, trace_requests

TRACE, SEGMENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
SAMPLED = f"Root={TRACE};Parent={SEGMENT};Sampled=1;Lineage=1:a87bd80c:0"
"""The form of the variable for an invocation that X-Ray records."""
ORDER: dict[str, Any] = {"TableName": "Orders", "Item": {"orderId": {"S": "O1"}}}


class Body:
    """The body of a response."""

    def __init__(self, document: object) -> None:
        self._document = document

    def stream(self) -> Iterator[bytes]:
        yield json.dumps(self._document).encode()


def answering(status: int = 200, document: object = None) -> Any:
    """Return a client of DynamoDB that gets this response to each request."""
    unsigned = Config(signature_version=UNSIGNED, retries={"mode": "standard", "total_max_attempts": 2})
    client: Any = get_session().create_client("dynamodb", region_name="eu-west-1", config=unsigned)
    response = AWSResponse("https://dynamodb", status, HTTPHeaders(), Body(document or {}))
    client.meta.events.register("before-send", lambda **_: response)
    return client


def refusing(status: int, code: str) -> Any:
    return answering(status, {"__type": code, "message": "refused"})


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield receiver


Put = Callable[[Any], Any]


@pytest.fixture
def put(daemon: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Put an order with a client whose requests are traced, in an invocation that X-Ray records."""
    monkeypatch.setenv(DAEMON_VARIABLE, f"127.0.0.1:{daemon.getsockname()[1]}")
    monkeypatch.setenv(TRACE_VARIABLE, SAMPLED)

    def put(client: Any) -> Any:
        trace_requests(client, "Orders")
        return client.put_item(**ORDER)

    return put


def received(daemon: socket.socket) -> list[dict[str, Any]]:
    """Return the documents that were sent so far. Datagrams on the loopback device arrive at once."""
    documents: list[dict[str, Any]] = []
    daemon.settimeout(0)
    while True:
        try:
            head, document = daemon.recv(65_536).split(b"\n")
        except BlockingIOError:
            return documents
        assert json.loads(head) == {"format": "json", "version": 1}
        documents.append(json.loads(document))


def test_a_request_is_a_subsegment_of_the_invocation(daemon: socket.socket, put: Put) -> None:
    put(answering())
    [document] = received(daemon)
    assert re.fullmatch(r"[0-9a-f]{16}", document.pop("id"))
    assert document.pop("start_time") <= document.pop("end_time")
    assert document == {
        "name": "DynamoDB",
        "type": "subsegment",
        "namespace": "aws",
        "trace_id": TRACE,
        "parent_id": SEGMENT,
        "aws": {"operation": "PutItem", "table_name": "Orders", "region": "eu-west-1"},
        "http": {"response": {"status": 200}},
    }


@pytest.mark.parametrize(
    ("client", "marks"),
    [
        (refusing(400, "ValidationException"), {"error": True}),
        (refusing(500, "InternalServerError"), {"fault": True}),
        (refusing(400, NOT_LATER), {}),
    ],
    ids=["refused", "failed", "not later"],
)
def test_a_request_that_fails_is_marked_unless_the_processor_expects_it(
    daemon: socket.socket, put: Put, client: Any, marks: dict[str, bool]
) -> None:
    with pytest.raises(ClientError):
        put(client)
    [document] = received(daemon)
    assert {name: value for name, value in document.items() if name in {"error", "fault"}} == marks


def test_a_request_without_a_response_is_one_fault_however_often_it_was_tried(daemon: socket.socket, put: Put) -> None:
    client = answering()

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    client.meta.events.register_first("before-send", fail)
    with pytest.raises(EndpointConnectionError):
        put(client)
    [document] = received(daemon)
    assert document["fault"] is True
    assert "http" not in document


@pytest.mark.parametrize(
    "trace",
    ["", f"Root={TRACE}", SAMPLED.replace("Sampled=1", "Sampled=0"), "Sampled=1", "nonsense;Sampled=1"],
    ids=["no trace", "passed through", "not sampled", "no segment", "nonsense"],
)
def test_nothing_is_sent_for_an_invocation_that_x_ray_does_not_record(
    daemon: socket.socket, put: Put, monkeypatch: pytest.MonkeyPatch, trace: str
) -> None:
    monkeypatch.setenv(TRACE_VARIABLE, trace)
    assert put(answering()) is not None
    assert received(daemon) == []


@pytest.mark.parametrize("address", ["", "nowhere", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:99999", "127.0.0.1:9"])
def test_a_daemon_that_is_missing_fails_no_request(put: Put, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(DAEMON_VARIABLE, address)
    assert put(answering())["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_the_name_of_a_daemon_is_not_looked_up(
    daemon: socket.socket, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DAEMON_VARIABLE, f"localhost:{daemon.getsockname()[1]}")
    put(answering())
    assert received(daemon) == []
