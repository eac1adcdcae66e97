"""The encoding of requests to SNS."""

from typing import Any
from urllib.parse import urlencode


def encode_once(client: Any) -> Any:
    """Let a client of SNS encode the parameters of each request once. Returns the client.

    botocore encodes them twice, to sign the request and to send it. The second time would take a fifth of the
    notifier's CPU time.
    """
    client.meta.events.register("before-call.sns", _encode)
    return client


def _encode(params: dict[str, Any], **_: Any) -> None:
    # The body is a dictionary only in the protocol that botocore uses today. Lambda may update botocore at any time.
    if isinstance(params["body"], dict):
        params["body"] = urlencode(params["body"]).encode()
