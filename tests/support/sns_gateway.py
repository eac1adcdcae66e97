"""A proxy between the notifier and SNS that a test can disturb."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from ops.clients import Clients
from tests.support.gateway import serving

Answer = tuple[int, bytes]
Disturb = Callable[[], Answer | None]
"""Answers a request in place of SNS, or returns None to pass it on. It may block."""


def undisturbed() -> None:
    return None


def error(code: str, status: int = 400) -> Answer:
    """Return the answer of a request that SNS rejects (SNS API Reference, "Common errors")."""
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return status, body.encode()


class SNSGateway:
    """Where the proxy listens, and what it does with each request."""

    def __init__(self) -> None:
        self.disturb: Disturb = undisturbed
        self.url = ""


@contextmanager
def sns_gateway_to(clients: Clients) -> Iterator[SNSGateway]:
    """Listen on loopback until the end of the block."""
    gateway = SNSGateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content = gateway.disturb() or self._pass_on(body)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _pass_on(self, body: bytes) -> Answer:
            headers = {name: self.headers[name] for name in ("Content-Type", "Authorization")}
            with closing(HTTPConnection(urlsplit(clients.emulator_url).netloc)) as connection:
                connection.request("POST", "/", body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as gateway.url:
        try:
            yield gateway
        finally:
            gateway.disturb = undisturbed
