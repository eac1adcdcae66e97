"""The AWS emulator as a child process: for this machine only, and gone when its parent is.

The child holds the reading end of a pipe whose other end only the parent has. However the parent ends, a kill
included, the pipe closes, and the child ends itself and the functions that it runs.

An emulator runs whatever code it is sent, without asking who sends it. So it listens on loopback alone, and it refuses
what browsers send: otherwise any page that is open in one could use it.
"""

import asyncio
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import ASGIFramework, ASGIReceiveCallable, ASGISendCallable, Scope

from local.aws import Endpoint
from local.project import ROOT

LOOPBACK = "127.0.0.1"
USUAL_PORT = 4566
"""Where emulators of AWS listen by custom, and where Pulumi.local.yaml looks for one."""

SERVICES = ("cloudwatch", "dynamodb", "iam", "kms", "lambda", "logs", "sns", "sqs", "sts")
LOGS = ROOT / ".local"
FROM_BROWSERS = frozenset({b"origin", b"sec-fetch-mode", b"sec-fetch-site"})
"""Headers that browsers add, one or the other to every request that a page makes, and SDKs never do."""
HOSTS = (LOOPBACK, "localhost")
PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR")


class EmulatorError(Exception):
    """The emulator did not start; the message says where it says why."""


@contextmanager
def emulator(name: str, *, preferred_port: int = 0) -> Iterator[Endpoint]:
    """Run an emulator for as long as the context lasts; it logs into `.local/NAME.log`.

    It listens on the preferred port, or on any free one where that is taken. Raises EmulatorError if it does not start.
    """
    LOGS.mkdir(exist_ok=True)
    log_path = LOGS / f"{name}.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.emulator", str(preferred_port)],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # Ctrl-C is for the parent, which then ends the emulator in good order.
            start_new_session=True,
        )
    assert process.stdin
    assert process.stdout
    try:
        bound = process.stdout.readline().strip()
        if not bound:
            raise EmulatorError(f"the emulator did not start; {log_path} says why")
        yield Endpoint(url=f"http://{LOOPBACK}:{bound}")
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _environment() -> dict[str, str]:
    """What of this process's environment the emulator gets, and with it the functions: no credentials, no tokens."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def _serve(preferred_port: int) -> None:
    """The child: bind, say the port, serve until the parent is gone."""
    listener = _listen(preferred_port)
    bound = listener.getsockname()[1]
    scratch = tempfile.mkdtemp(prefix="orders-emulator-")
    threading.Thread(target=_leave_with_the_parent, args=(scratch,), daemon=True).start()
    os.environ.update(
        GATEWAY_PORT=str(bound),
        SERVICES=",".join(SERVICES),
        TMPDIR=scratch,
        PYTHONDONTWRITEBYTECODE="1",  # A function must not write into the scratch folder while it is removed.
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
    )
    tempfile.tempdir = scratch
    from ministack.app import app  # noqa: PLC0415 - it reads its settings when it is imported

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    print(bound, flush=True)
    asyncio.run(serve(_only_for_sdks(app), config))


def _only_for_sdks(app: ASGIFramework) -> ASGIFramework:
    """Refuse requests that a web page could make: they say where they come from, or call the server by another name."""

    async def guarded(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "http":
            headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
            if not FROM_BROWSERS.isdisjoint(headers) or headers.get(b"host", "").partition(":")[0] not in HOSTS:
                await send({"type": "http.response.start", "status": 403, "headers": []})
                await send({"type": "http.response.body", "body": b"not for web pages\n", "more_body": False})
                return
        await app(scope, receive, send)

    return guarded


def _listen(preferred_port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, preferred_port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return socket.create_server((LOOPBACK, 0))


def _leave_with_the_parent(scratch: str) -> None:
    sys.stdin.read()
    shutil.rmtree(scratch, ignore_errors=True)
    # This process leads a group of its own, in which the functions are that it runs.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
