"""Another server where AWS or its emulator should be, and a configuration that botocore cannot read."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ops import local_system
from ops.cli.exit_codes import Exit
from ops.local_system import LocalSystem, save_local_system
from tests.support.command import CommandResult, Orders, run_orders
from tests.support.silent import OUTPUTS, silent_service

COMMANDS = {
    "publish": ("publish", "--sample", "1"),
    "get": ("get", "x"),
    "list": ("list",),
    "logs": ("logs",),
    "status": ("status",),
    "trace": ("trace", "x"),
    "table restore": ("table", "restore", "--to", "latest"),
    "table compare": ("table", "compare", "Other"),
    "dlq list": ("dlq", "list"),
    "dlq groups": ("dlq", "groups"),
    "dlq show": ("dlq", "show", "x"),
    "dlq history": ("dlq", "history"),
    "dlq move": ("dlq", "move", "status"),
}
ANSWERS = {
    "a page": (200, "text/html", b"<html><body>Hello</body></html>"),
    "JSON of something else": (200, "application/json", b'{"ok": true}'),
    "XML of something else": (200, "text/xml", b"<ok/>"),
    "nothing": (200, "text/plain", b""),
    "a redirect": (302, "text/html", b""),
    "no such page": (404, "text/html", b"<!DOCTYPE html><p>not found"),
}


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Orders:
    monkeypatch.setattr(local_system, "RECORD", tmp_path / "running.json")

    def run(*arguments: str) -> CommandResult:
        return run_orders(monkeypatch, capsys, *arguments)

    return run


@contextmanager
def server(status: int, content_type: str, content: bytes) -> Iterator[str]:
    """Run a server that answers each request so. Yields its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 - the name that the library calls

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_an_answer_of_another_server_is_one_line_that_names_its_url(
    orders: Orders, arguments: tuple[str, ...], answer: tuple[int, str, bytes]
) -> None:
    with server(*answer) as url:
        save_local_system(LocalSystem(url=url, outputs=OUTPUTS))
        ran = orders(*arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
    assert f"{url} did not answer " in ran.err
    assert "check that `orders local` still runs" in ran.err


@pytest.mark.parametrize("content", [b"garbage", b"\xff", b"[default\nregion"], ids=["text", "no text", "cut off"])
def test_a_damaged_aws_configuration_is_one_line_that_names_the_file(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "aws config"
    path.write_bytes(content)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    with silent_service() as service:
        save_local_system(service.system)
        ran = orders("status")
    assert (ran.code, ran.out) == (Exit.NO_ACCESS, "")
    assert ran.err == (
        f"Unable to parse config file: {path}: correct the AWS configuration, or name another file in AWS_CONFIG_FILE\n"
    )
