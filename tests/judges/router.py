"""A system whose services come from several implementations, behind one URL."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.support.gateway import serving

SIGNED_FOR = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")
"""The service that a request is signed for (Signature Version 4)."""
NOT_PASSED_ON = {"connection", "content-length", "date", "server", "transfer-encoding"}


@contextmanager
def routed(services: Mapping[str, str], *, others: str) -> Iterator[str]:
    """Pass requests to the URL of their service, by the name in their signature, or else to the URL of all others.

    Yields the URL to send them to.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # One write for an answer: a second one would wait for the acknowledgment of the first.

        def do_POST(self) -> None:
            signed = SIGNED_FOR.search(self.headers.get("Authorization", ""))
            url = services.get(signed[1], others) if signed else others
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with closing(HTTPConnection(urlsplit(url).netloc)) as connection:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                self._reply(answer.status, dict(answer.getheaders()), answer.read())

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names of the methods of HTTP

        def _reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            # ElasticMQ lacks this header, without which the command takes an answer for not AWS's.
            for name, value in {"x-amzn-RequestId": "routed", **headers}.items():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as url:
        yield url
