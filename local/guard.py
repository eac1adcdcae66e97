"""Refuses requests to the emulator that a web page could send.

An emulator runs code from anyone who can reach it, and every web page that is open on this machine can send requests to
loopback. The guard allows what SDKs and command-line tools send, and refuses everything else. So it does not depend on
a list of the headers of all browsers.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus

from hypercorn.typing import ASGIFramework, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

HOST = re.compile(rb"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
"""The names of the emulator. A page whose own name resolves to loopback sends that other name. Any port is allowed,
because it may be that of a tunnel.
"""
METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
"""The methods of the AWS APIs. Only browsers send OPTIONS, to ask whether a page may send a request."""
VERSIONS = frozenset({"1.0", "1.1"})
HEADERS = frozenset(
    {
        *(b"accept", b"accept-encoding", b"connection", b"expect", b"host", b"keep-alive", b"te", b"user-agent"),
        *(b"content-encoding", b"content-length", b"content-md5", b"content-type", b"transfer-encoding"),
        *(b"authorization", b"date", b"smithy-protocol"),
        *(b"traceparent", b"tracestate", b"baggage"),  # OpenTelemetry adds them to the requests of SDKs.
    }
)
PREFIXES = (b"amz-sdk-", b"x-amz-", b"x-amzn-", b"x-ministack-")
"""Requests of browsers have other headers as well, for example Accept-Language, Origin, Referer or Sec-Fetch-Site.

A page can add headers with these prefixes only after an OPTIONS request. Functions on ministack send one of its own.
"""


def refuse_browsers(app: ASGIFramework) -> ASGIFramework:
    """Return the application behind the guard. It answers other requests with status 403."""

    async def guarded(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and is_allowed(scope)):
            await app(scope, receive, send)
        elif scope["type"] == "http":
            body = b"not for web pages: local/guard.py lists the hosts, methods and headers that are allowed\n"
            length = [(b"content-length", b"%d" % len(body)), (b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": HTTPStatus.FORBIDDEN, "headers": length})
            await send({"type": "http.response.body", "body": body, "more_body": False})
        else:
            # No API that the pipeline uses has WebSockets. Closing one before it is accepted is status 403.
            await send({"type": "websocket.close", "code": 1008, "reason": None})

    return guarded


def is_allowed(scope: HTTPScope) -> bool:
    """Return whether an SDK or a command-line tool on this machine may have sent the request."""
    return (
        scope["http_version"] in VERSIONS
        and scope["method"] in METHODS
        and scope["raw_path"].startswith(b"/")  # An absolute URL would replace the header Host.
        and _are_allowed(scope["headers"])
    )


def _are_allowed(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether the headers are those of an SDK or a tool, and name exactly one host, which is this machine."""
    named = [(name.lower(), value) for name, value in headers]
    hosts = [value for name, value in named if name == b"host"]
    is_here = len(hosts) == 1 and HOST.fullmatch(hosts[0]) is not None
    return is_here and all(name in HEADERS or name.startswith(PREFIXES) for name, _ in named)
