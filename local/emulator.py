"""Runs the AWS emulator as a child process that only this machine can reach and that ends with its parent.

The child reads from a pipe whose other end only the parent has. When the parent ends, even by SIGKILL, the pipe closes,
and the child ends itself and the functions that it runs.

An emulator runs code from anyone who can reach it. So it listens on loopback only, and local/guard.py refuses
requests that a web page could send.
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config

from infra.project import ROOT
from local.environment import inherited
from local.guard import refuse_browsers
from ops.clients import Clients, local_clients

LOOPBACK = "127.0.0.1"
USUAL_PORT = 4566
"""The usual port of AWS emulators, and the one in Pulumi.local.yaml."""

SERVICES = ("cloudwatch", "dynamodb", "dynamodbstreams", "iam", "kms", "lambda", "logs", "sns", "sqs", "sts")
LOGS = ROOT / ".local"
GRACE_SECONDS = 0.2
"""How long a process that closed its port may take until its parent sees its end."""


class EmulatorError(Exception):
    """The emulator did not start, or it ended by itself. The message names its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A running emulator: its clients, its process and its log."""

    clients: Clients
    process: "subprocess.Popen[str]"
    log_path: Path

    def check(self, *, within_seconds: float = 0) -> None:
        """Raise EmulatorError if the process has ended, or ends within a time."""
        try:
            status = self.process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            return
        how = f"signal {-status}" if status < 0 else f"status {status}"
        raise EmulatorError(f"the emulator ended by itself ({how}); its log is {self.log_path}")


@contextmanager
def emulator(name: str, *, preferred_port: int = 0) -> Iterator[Clients]:
    """Run an emulator as `running_emulator` does, and return its clients."""
    with running_emulator(name, preferred_port=preferred_port) as running:
        yield running.clients


@contextmanager
def running_emulator(name: str, *, preferred_port: int = 0) -> Iterator[Emulator]:
    """Run an emulator while the context lasts. It logs into `.local/NAME.log`.

    It listens on the preferred port, or on any free port if that one is in use. Raises EmulatorError if it fails, and
    in place of an error in the context if the emulator has ended before.
    """
    LOGS.mkdir(exist_ok=True)
    log_path = LOGS / f"{name}.log"
    scratch = tempfile.mkdtemp(prefix="orders-emulator-")
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.emulator", str(preferred_port), scratch],
            cwd=ROOT,
            env=inherited(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # Ctrl-C goes to the parent only, which then ends the emulator.
            start_new_session=True,
        )
    assert process.stdin
    assert process.stdout
    try:
        bound = process.stdout.readline().strip()
        if not bound:
            raise EmulatorError(f"the emulator did not start: {log_path} says why")
        clients = local_clients(f"http://{LOOPBACK}:{bound}")
        running = Emulator(clients=clients, process=process, log_path=log_path)
        try:
            yield running
        except Exception:
            running.check(within_seconds=GRACE_SECONDS)
            raise
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
        # An emulator that ended by itself has left its functions and its files.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(scratch, ignore_errors=True)


def _serve(preferred_port: int, scratch: str) -> None:
    """The child process: bind, print the port, and serve until the parent ends."""
    listener = _listen(preferred_port)
    bound = listener.getsockname()[1]
    threading.Thread(target=_end_with_the_parent, args=(scratch,), daemon=True).start()
    os.environ.update(
        GATEWAY_PORT=str(bound),
        SERVICES=",".join(SERVICES),
        TMPDIR=scratch,
        PYTHONDONTWRITEBYTECODE="1",  # A function must not write into the scratch folder while it is being removed.
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
    )
    tempfile.tempdir = scratch
    from ministack.app import app  # noqa: PLC0415 - it reads its settings at import

    from local.alarms import complete_alarms, watch_alarms  # noqa: PLC0415 - as above
    from local.metrics import complete_function_metrics, complete_topic_metrics  # noqa: PLC0415 - as above
    from local.streams import complete_streams  # noqa: PLC0415 - as above

    async def serve_and_watch() -> None:
        # If the watch fails, the emulator ends, and its log has the reason.
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(watch_alarms())
            await serve(refuse_browsers(app), config)
            watch.cancel()

    complete_function_metrics()
    complete_topic_metrics()
    complete_streams()
    complete_alarms()
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    print(bound, flush=True)
    asyncio.run(serve_and_watch())


def _listen(preferred_port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, preferred_port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return socket.create_server((LOOPBACK, 0))


def _end_with_the_parent(scratch: str) -> None:
    sys.stdin.read()
    shutil.rmtree(scratch, ignore_errors=True)
    # This process leads a process group that contains the functions that it runs.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2])
