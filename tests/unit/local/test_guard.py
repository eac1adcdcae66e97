"""The requests to the emulator that the guard allows."""

import asyncio
from typing import Any

import pytest

from local.guard import is_allowed, refuse_browsers

BOTO3 = {
    "Host": "127.0.0.1:4566",
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-amz-json-1.0",
    "Content-Length": "2",
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
    "X-Amz-Date": "20261124T120000Z",
    "User-Agent": "Boto3/1.40",
    "Authorization": "AWS4-HMAC-SHA256 ...",
    "amz-sdk-invocation-id": "1",
    "amz-sdk-request": "attempt=1",
}


def scope(headers: dict[str, str] | list[tuple[bytes, bytes]], **changes: Any) -> Any:
    pairs = [(n.encode(), v.encode("latin-1")) for n, v in headers.items()] if isinstance(headers, dict) else headers
    request = {"type": "http", "http_version": "1.1", "method": "POST", "raw_path": b"/", "headers": pairs}
    return {**request, **changes}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:4566", "localhost:4566", "LocalHost:1"])
@pytest.mark.parametrize(
    "headers",
    [BOTO3, {**BOTO3, "X-Ministack-Invoke-Depth": "1"}, {"Accept": "*/*", "User-Agent": "curl/8.5.0"}],
    ids=["boto3", "a function", "curl"],
)
def test_sdks_and_command_line_tools_are_allowed(headers: dict[str, str], host: str) -> None:
    assert is_allowed(scope({**headers, "Host": host}))


FOREIGN_HOSTS = (
    *("", "rebound.example.org", "rebound.example.org:4566", "localhost.example.org", "127.0.0.1.example.org:4566"),
    *(
        "127.0.0.1:4566@example.org",
        "127.0.0.1:4566.example.org",
        "localhost:example.org",
        "localhost:",
        "localhost.:4566",
    ),
    *(
        "[::1]:4566",
        "[::ffff:127.0.0.1]:4566",
        "::1",
        "0.0.0.0:4566",
        "127.1:4566",
        "2130706433:4566",
        "127.0.0.1:456600",
    ),
    *("127.0.0.1:4566, example.org", "127.0.0.1\n", "localhost:4566/", " localhost"),
)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_any_other_host_is_refused(host: str) -> None:
    assert not is_allowed(scope({**BOTO3, "Host": host}))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Origin", "https://example.org"),
        ("ORIGIN", "null"),
        ("Origin", "http://127.0.0.1:4566"),
        ("Referer", "https://example.org/"),
        ("Cookie", "a=b"),
        ("Accept-Language", "en"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Anything", "new"),
        ("Upgrade-Insecure-Requests", "1"),
        ("Upgrade", "h2c"),
        ("Upgrade", "websocket"),
        ("Access-Control-Request-Method", "POST"),
        ("X-Forwarded-Host", "example.org"),
        ("Forwarded", "host=example.org"),
    ],
)
def test_any_header_that_no_sdk_sends_is_refused(header: str, value: str) -> None:
    assert not is_allowed(scope({**BOTO3, header: value}))


@pytest.mark.parametrize(
    "change",
    [
        {"method": "OPTIONS"},
        {"method": "TRACE"},
        {"method": "CONNECT"},
        {"http_version": "2"},
        {"raw_path": b"http://127.0.0.1:4566/"},
        {"raw_path": b"*"},
        {"raw_path": b"127.0.0.1:4566"},
        {"raw_path": b""},
    ],
    ids=str,
)
def test_any_other_form_of_a_request_is_refused(change: dict[str, Any]) -> None:
    assert is_allowed(scope(BOTO3))
    assert not is_allowed(scope(BOTO3, **change))


@pytest.mark.parametrize("values", [[], ["127.0.0.1", "example.org"], ["example.org", "127.0.0.1"], ["127.0.0.1"] * 2])
def test_a_request_has_exactly_one_host(values: list[str]) -> None:
    assert not is_allowed(scope([(b"host", value.encode()) for value in values]))


def test_no_websocket_reaches_the_emulator_and_its_start_does() -> None:
    reached: list[str] = []
    answered: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        reached.append(scope["type"])

    async def send(message: Any) -> None:
        answered.append(message["type"])

    guarded: Any = refuse_browsers(app)
    for kind in ("websocket", "lifespan"):
        asyncio.run(guarded(scope(BOTO3, type=kind), None, send))
    assert (reached, answered) == (["lifespan"], ["websocket.close"])
