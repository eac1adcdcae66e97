"""The record of the system on this machine: a damaged one is no system, and never a traceback."""

import json
from pathlib import Path

import pytest

from ops import local_system
from ops.errors import NoAccess
from ops.local_system import LocalSystem, find_local_system, forget_local_system, save_local_system
from tests.support.silent import OUTPUTS, silent_service


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "running.json"
    monkeypatch.setattr(local_system, "RECORD", path)
    return path


def with_url(url: object) -> bytes:
    return json.dumps({"url": url, "outputs": OUTPUTS}).encode()


DAMAGED = {
    "empty": b"",
    "not UTF-8": b"\xff",
    "cut off": with_url("http://127.0.0.1:9")[:-9],
    "a list": b"[]",
    "a number": b"5",
    "too deep": b"[" * 100_000,
    "no outputs": b'{"url": "http://127.0.0.1:9"}',
    "outputs of another type": b'{"url": "http://127.0.0.1:9", "outputs": []}',
    "no URL": b'{"outputs": {}}',
    "a URL of another type": with_url(5),
    "a port that does not exist": with_url("http://127.0.0.1:99999"),
    "a port that is not a number": with_url("http://127.0.0.1:x"),
    "no port": with_url("http://127.0.0.1"),
    "no host": with_url("http://:9"),
    "half an address": with_url("http://[::1"),
    "a host name that no host has": with_url(f"http://{'x' * 100}.example:9"),
    "another scheme": with_url("file://127.0.0.1:9"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_no_system(record: Path, content: bytes) -> None:
    record.write_bytes(content)
    assert find_local_system() is None
    forget_local_system("http://127.0.0.1:1")
    assert record.read_bytes() == content
    with silent_service() as service:
        save_local_system(service.system)
        assert find_local_system() == service.system


def test_a_later_version_may_record_more(record: Path) -> None:
    with silent_service() as service:
        record.write_text(json.dumps({"url": service.url, "outputs": OUTPUTS, "more": 1}))
        assert find_local_system() == LocalSystem(url=service.url, outputs=OUTPUTS)


def test_a_record_that_cannot_be_read_is_named_with_the_remedy(record: Path) -> None:
    record.mkdir()
    with pytest.raises(NoAccess) as raised:
        find_local_system()
    assert str(raised.value) == f"{record} cannot be read: Is a directory; delete it, and run `orders local` again"
