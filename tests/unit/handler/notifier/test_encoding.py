"""The encoding of requests to SNS, compared with botocore's own. No request is sent."""

from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.session import get_session

from handler.notifier.encoding import encode_once

ENTRY = {
    "Id": "0",
    "Message": '{"itemName": "Ta\u0161e & mug+100 %", "emoji": "\U0001f4e6"}',
    "MessageAttributes": {"status": {"DataType": "String", "StringValue": "paid in full"}},
}


class Recorder:
    """Records each request in place of sending it."""

    def __init__(self) -> None:
        self.requests: list[AWSPreparedRequest] = []

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.requests.append(request)
        return AWSResponse(request.url, 200, HTTPHeaders(), Raw())


class Raw:
    """The body of a response from SNS."""

    def stream(self) -> list[bytes]:
        return [b"<PublishBatchResponse><PublishBatchResult/></PublishBatchResponse>"]


@pytest.fixture
def client() -> Any:
    session = get_session()
    session.set_credentials("test", "test")
    return session.create_client("sns", region_name="eu-west-1")


def sent(client: Any) -> AWSPreparedRequest:
    recorder = Recorder()
    client.meta.events.register("before-send.sns", recorder)
    client.publish_batch(TopicArn="arn:aws:sns:eu-west-1:000000000000:OrderEvents", PublishBatchRequestEntries=[ENTRY])
    client.meta.events.unregister("before-send.sns", recorder)
    [request] = recorder.requests
    return request


def test_a_request_has_the_body_and_the_headers_that_botocore_gives_it(client: Any) -> None:
    own = sent(client)
    assert isinstance(own.body, str)
    ours = sent(encode_once(client))
    assert ours.body == own.body.encode()
    for name in ("Content-Type", "Content-Length"):
        assert ours.headers[name] == own.headers[name]


def test_the_body_is_encoded_before_it_is_signed(client: Any) -> None:
    bodies: list[object] = []
    client.meta.events.register("before-sign.sns", lambda request, **_: bodies.append(request.data))
    request = sent(encode_once(client))
    assert bodies == [request.body]


def test_a_body_in_another_protocol_stays_as_it_is(client: Any) -> None:
    bodies = []
    client.meta.events.register_first("before-call.sns", lambda params, **_: params.update(body=b"{}"))
    client.meta.events.register_last("before-call.sns", lambda params, **_: bodies.append(params["body"]))
    sent(encode_once(client))
    assert bodies == [b"{}"]
