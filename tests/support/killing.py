"""The `orders` command in processes of its own, which are killed or stopped at the points that a test names."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import botocore
from botocore.loaders import JSONFileLoader
from botocore.session import Session

from infra.project import ROOT
from ops import local_system
from ops.cli.dlq import looking
from ops.cli.main import main
from ops.dead_letters.timing import Timing
from tests.support.dead_letters import OrderQueues
from tests.support.service_models import load_file

LEASE_SECONDS = 1
"""How long a letter stays hidden after the command is killed, unless the test releases it."""
SERVICES = ("dynamodb", "lambda", "logs", "sns", "sqs", "sts")
"""Services that the commands call."""


@dataclass(frozen=True)
class ProcessResult:
    """The exit code of a process, or minus the number of the signal that ended it, and its output."""

    code: int
    out: str
    err: str
    points: int
    """Number of points that the process reached. If it was killed, it was killed at the last one."""
    last_point: str
    receipts: Sequence[str]
    """Receipt handles of the messages that the process received, oldest first."""


class ForkedCommand:
    """The `orders` command in processes of its own, forked from a server that has imported it already."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def __call__(
        self, queues: OrderQueues, folder: Path, *arguments: str, kill_at: int = 0, is_stopped: bool = False
    ) -> ProcessResult:
        """Run the command, and kill it at the point with this number, counted from 1. 0 does not kill it.

        If `is_stopped`, it is stopped there with SIGSTOP instead. The file `stopped` then contains its process ID.
        """
        assert self._server.stdin
        assert self._server.stdout
        note = folder / "running.json"
        note.write_text(json.dumps({"url": queues.clients.emulator_url, "outputs": dict(queues.outputs)}))
        task = {"folder": str(folder), "arguments": arguments, "kill_at": kill_at, "is_stopped": is_stopped}
        print(json.dumps(task), file=self._server.stdin, flush=True)
        code = int(self._server.stdout.readline())
        points, receipts = ((folder / name).read_text().splitlines() for name in ("points", "receipts"))
        out, err = (folder / "out").read_text(), (folder / "err").read_text()
        return ProcessResult(code, out, err, len(points), points[-1] if points else "", receipts)


@contextmanager
def forked_command() -> Iterator[ForkedCommand]:
    with subprocess.Popen(
        [sys.executable, "-c", "from tests.support.killing import serve; serve()"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield ForkedCommand(server)
        assert server.stdin
        server.stdin.close()


def serve() -> None:
    """Run each command of standard input in a fork, and print its exit code."""
    _preload()
    for line in sys.stdin:
        task = json.loads(line)
        if not (child := os.fork()):
            _run(Path(task["folder"]), task["arguments"], task["kill_at"], is_stopped=task["is_stopped"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _preload() -> None:
    """Load once what each fork would load again: botocore's service models, and what typer imports to parse options."""
    setattr(JSONFileLoader, "load_file", load_file)  # noqa: B010 - mypy forbids the assignment
    for service in SERVICES:
        Session().create_client(service, region_name="us-east-1")
    with TemporaryDirectory() as empty, redirect_stderr(StringIO()), suppress(SystemExit):
        local_system.RECORD = Path(empty) / "running.json"
        sys.argv = ["orders", "dlq", "redrive", "--all"]
        main()


def _run(folder: Path, arguments: Sequence[str], kill_at: int, *, is_stopped: bool) -> None:
    """Run the command in the child process. Does not return."""
    code = 99
    with (
        (folder / "out").open("w") as out,
        (folder / "err").open("w") as err,
        (folder / "points").open("w") as points,
        (folder / "receipts").open("w") as receipts,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        os.environ["XDG_STATE_HOME"] = str(folder)
        local_system.RECORD = folder / "running.json"
        # The emulator has one server, so a short poll sees all messages. With one request in flight, each look makes
        # the same requests in the same order.
        looking.TIMING = Timing(lease_seconds=LEASE_SECONDS, poll_seconds=0, requests_in_flight=1)
        end = partial(_stop, folder / "stopped") if is_stopped else _kill
        Killer(kill_at, points.fileno(), receipts.fileno(), end).install()
        sys.argv = ["orders", *arguments]
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    os._exit(code)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(note: Path) -> None:
    note.write_text(str(os.getpid()))
    os.kill(os.getpid(), signal.SIGSTOP)


class Killer:
    """Kills its own process at one of the points that it reaches: before and after requests, and around syncs.

    It writes the names of the points and the receipt handles of received messages to files, which survive the process.
    """

    WATCHED = (
        *("sqs.ReceiveMessage", "sqs.SendMessageBatch", "sqs.DeleteMessageBatch"),
        "lambda.UpdateEventSourceMapping",
        *("dynamodb.BatchExecuteStatement", "dynamodb.PutItem"),
    )
    """The requests that change something, and those that hide it."""

    def __init__(self, kill_at: int, points: int, receipts: int, end: Callable[[], None]) -> None:
        self._left = kill_at
        self._end = end
        self._points = points
        self._receipts = receipts
        self._lock = Lock()
        self._sync = os.fsync
        self._synced: dict[int, int] = {}

    def install(self) -> None:
        botocore.register_initializer(self._watch)
        vars(os).update(fsync=self._watched_sync)

    def point(self, name: str, before_kill: Callable[[], None] = lambda: None) -> None:
        """Record that the process reached a point, and kill the process if it is the chosen one."""
        with self._lock:
            os.write(self._points, f"{name}\n".encode())
            self._left -= 1
            if not self._left:
                before_kill()
                self._end()

    def _watch(self, session: Session) -> None:
        session.register("after-call.sqs.ReceiveMessage", self._record_receipts)
        for name in self.WATCHED:
            session.register(f"before-call.{name}", lambda **call: self.point(f"before {call['model'].name}"))
            session.register(f"after-call.{name}", lambda **call: self.point(f"after {call['model'].name}"))

    def _record_receipts(self, **call: Any) -> None:
        for message in call["parsed"].get("Messages", []):
            os.write(self._receipts, f"{message['ReceiptHandle']}\n".encode())

    def _watched_sync(self, descriptor: Any) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            # A power failure may leave any part of the bytes that were written since the last sync. Leave half of them.
            half = (self._synced.get(descriptor, 0) + status.st_size) // 2
            self.point(
                "in the middle of a line",
                lambda: os.ftruncate(descriptor, half if self._end is _kill else status.st_size),
            )
            self._synced[descriptor] = status.st_size
        self.point("before fsync")
        self._sync(descriptor)
        self.point("after fsync")
