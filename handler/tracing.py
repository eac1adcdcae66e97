"""Subsegments for X-Ray, so that a trace shows each request to the table.

Lambda records the invocation. DynamoDB records nothing, so the caller has to. This module sends what X-Ray's library
would send: a document for each request, in a datagram to the daemon that Lambda runs beside the function (X-Ray
Developer Guide, "Sending trace data to AWS X-Ray" and "AWS X-Ray segment documents").

Tracing is best effort: it waits for nothing, and none of its errors reaches a request.
"""

import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAEMON_VARIABLE = "AWS_XRAY_DAEMON_ADDRESS"
TRACE_VARIABLE = "_X_AMZN_TRACE_ID"
"""The environment variables in which Lambda passes the daemon's address, and the trace of each invocation."""
HEAD = b'{"format": "json", "version": 1}\n'
"""The daemon expects it before each document."""
SUBSEGMENT = "ordersSubsegment"
"""The key of a begun subsegment in botocore's context of a request."""
NOT_LATER = "ConditionalCheckFailedException"
"""DynamoDB's answer to a put of an order that is not later than the stored one. The processor expects it."""


def trace_requests(client: "DynamoDBClient", table_name: str) -> None:
    """Send a subsegment after each request of the client, if X-Ray records the invocation."""

    def begin(model: Any, context: dict[str, Any], **_: Any) -> None:
        if parent := _parent(os.environ.get(TRACE_VARIABLE, "")):
            request = {"operation": model.name, "table_name": table_name, "region": client.meta.region_name}
            context[SUBSEGMENT] = {**parent, "id": token_hex(8), "start_time": time.time(), "aws": request}

    def end(context: dict[str, Any], **answer: Any) -> None:
        if begun := context.pop(SUBSEGMENT, None):
            fields = {"name": "DynamoDB", "namespace": "aws", "type": "subsegment", "end_time": time.time()}
            _send(fields | begun | _result(**answer))

    for event, handler in (("before-call", begin), ("after-call", end), ("after-call-error", end)):
        client.meta.events.register(event, _harmless(handler))


def _harmless(handler: Callable[..., None]) -> Callable[..., None]:
    def handle(**event: Any) -> None:
        with suppress(Exception):  # An order does not depend on its trace.
            handler(**event)

    return handle


def _parent(trace: str) -> dict[str, str] | None:
    """Return the trace and the segment of the invocation, or None if X-Ray does not record it."""
    fields = dict(field.partition("=")[::2] for field in trace.split(";"))
    return {"trace_id": fields["Root"], "parent_id": fields["Parent"]} if fields.get("Sampled") == "1" else None


def _result(http_response: Any = None, parsed: Any = None, **_: Any) -> dict[str, Any]:
    """Return what a subsegment says about the response. A request without one has failed."""
    if http_response is None:
        return {"fault": True}
    status = http_response.status_code
    result: dict[str, Any] = {"http": {"response": {"status": status}}}
    if status >= 400 and parsed["Error"]["Code"] != NOT_LATER:
        result["fault" if status >= 500 else "error"] = True
    return result


def _send(document: Mapping[str, Any]) -> None:
    host, _, port = os.environ[DAEMON_VARIABLE].rpartition(":")
    socket.inet_aton(host)  # An address, and no name: a look-up could take long.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.settimeout(0)
        daemon.sendto(HEAD + json.dumps(document).encode(), (host, int(port)))
