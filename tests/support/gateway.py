"""A proxy between the functions and DynamoDB that a test can disturb."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from ops.clients import Clients

Answer = tuple[int, dict[str, Any]]
Pass = Callable[[dict[str, Any]], Answer]
"""Forwards the body of a request to DynamoDB."""


def undisturbed(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
    return pass_on(body)


def refused(code: str, status: int = 400) -> Answer:
    """Return the response of a request that DynamoDB rejects."""
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "refused by the test"}


class Gateway:
    """A proxy that calls `disturb` for each request, and returns its answer.

    `disturb` may forward the request, answer it, or kill the function that waits for the answer.
    """

    def __init__(self) -> None:
        self.disturb: Callable[[str, dict[str, Any], Pass], Answer] = undisturbed
        self.url = ""


@contextmanager
def gateway_to(clients: Clients) -> Iterator[Gateway]:
    """Listen on loopback until the end of the block."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = gateway.disturb(self.headers["X-Amz-Target"].partition(".")[2], body, self._pass_on)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _pass_on(self, body: dict[str, Any]) -> Answer:
            headers = {name: self.headers[name] for name in ("X-Amz-Target", "Content-Type", "Authorization")}
            connection = HTTPConnection(urlsplit(clients.emulator_url).netloc)
            with closing(connection):
                connection.request("POST", "/", json.dumps(body), headers)
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as gateway.url:
        yield gateway


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on loopback until the end of the block. Yields the URL."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Ignore the broken connections of functions that a test killed, or that gave up."""

    with Server(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def reach_through(clients: Clients, function: str, variable: str, url: str) -> None:
    """Let a function reach a service through a gateway. The variable names the endpoint of the service."""
    configuration = clients.lambda_.get_function_configuration(FunctionName=function)
    variables = {**configuration["Environment"]["Variables"], variable: url}
    clients.lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
