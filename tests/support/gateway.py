"""A way to DynamoDB that can be disturbed: it stands between the functions and the emulator."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from local.aws import Endpoint

Answer = tuple[int, dict[str, Any]]
Pass = Callable[[dict[str, Any]], Answer]
"""Passes a request's body on to DynamoDB."""


def undisturbed(_operation: str, body: dict[str, Any], pass_on: Pass) -> Answer:
    return pass_on(body)


def refused(code: str, status: int = 400) -> Answer:
    """What DynamoDB answers where it does nothing."""
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "refused by the test"}


class Gateway:
    """`disturb` is asked what to answer to each request; it may pass it on, or let somebody die."""

    def __init__(self) -> None:
        self.disturb: Callable[[str, dict[str, Any], Pass], Answer] = undisturbed
        self.url = ""


@contextmanager
def gateway_to(endpoint: Endpoint) -> Iterator[Gateway]:
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
            connection = HTTPConnection(urlsplit(endpoint.url).netloc)
            with closing(connection):
                connection.request("POST", "/", json.dumps(body), headers)
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A function that was killed leaves its connection, and that is what the test wanted."""

    with Server(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield gateway
        finally:
            server.shutdown()
