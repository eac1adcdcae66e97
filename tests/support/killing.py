"""The `orders` command in processes of its own, which are killed at the points that a test names."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import botocore
from botocore.session import Session

from local import running
from local.project import ROOT
from ops.cli import main
from ops.dead_letters import look
from tests.support.dead_letters import OrderQueues

HOLD_SECONDS = 1
"""How long a letter stays hidden from the test when the command is killed."""


@dataclass(frozen=True)
class ProcessResult:
    """How a command ended: its exit code, or minus the signal's number; what it printed; and how many points it met."""

    code: int
    out: str
    err: str
    points: int
    """At the last of them it was killed, where it was killed."""
    last_point: str


class ForkedCommand:
    """The `orders` command in processes of its own. They are forked from one that has imported it already."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def __call__(self, queues: OrderQueues, folder: Path, *arguments: str, kill_at: int = 0) -> ProcessResult:
        """Run the command, and kill it at that point, from 1; 0 lets it come to its end."""
        assert self._server.stdin
        assert self._server.stdout
        note = folder / "running.json"
        note.write_text(json.dumps({"url": queues.endpoint.url, "outputs": dict(queues.outputs)}))
        task = {"folder": str(folder), "arguments": arguments, "kill_at": kill_at}
        print(json.dumps(task), file=self._server.stdin, flush=True)
        code = int(self._server.stdout.readline())
        points = (folder / "points").read_text().splitlines()
        out, err = (folder / "out").read_text(), (folder / "err").read_text()
        return ProcessResult(code, out, err, len(points), points[-1] if points else "")


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
    """Run each command that standard input tells of in a fork, and print how it ended."""
    for line in sys.stdin:
        task = json.loads(line)
        if not (child := os.fork()):
            _run(Path(task["folder"]), task["arguments"], task["kill_at"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(folder: Path, arguments: Sequence[str], kill_at: int) -> None:
    """The child: never returns."""
    code = 99
    with (
        (folder / "out").open("w") as out,
        (folder / "err").open("w") as err,
        (folder / "points").open("w") as points,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        os.environ["XDG_STATE_HOME"] = str(folder)
        running.NOTE = folder / "running.json"
        # The emulator has one server, which a short poll asks; one at a time, a look takes the same requests each time.
        vars(look).update(HOLD_SECONDS=HOLD_SECONDS, POLL_SECONDS=0, IN_FLIGHT=1)
        Killer(kill_at, points.fileno()).install()
        sys.argv = ["orders", *arguments]
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    os._exit(code)


class Killer:
    """Kills the process that it is in at one of the points that it comes to: around requests, and around syncs."""

    WATCHED = ("ReceiveMessage", "SendMessageBatch", "DeleteMessageBatch")

    def __init__(self, kill_at: int, told: int) -> None:
        self._left = kill_at
        self._told = told
        self._lock = Lock()
        self._sync = os.fsync
        self._synced: dict[int, int] = {}

    def install(self) -> None:
        botocore.register_initializer(self._watch)
        vars(os).update(fsync=self._watched_sync)

    def point(self, name: str, last_deed: Callable[[], None] = lambda: None) -> None:
        """Tell that it is reached, and be gone if it is the one."""
        with self._lock:
            os.write(self._told, f"{name}\n".encode())
            self._left -= 1
            if not self._left:
                last_deed()
                os.kill(os.getpid(), signal.SIGKILL)

    def _watch(self, session: Session) -> None:
        for name in self.WATCHED:
            session.register(f"before-call.sqs.{name}", lambda **call: self.point(f"before {call['model'].name}"))
            session.register(f"after-call.sqs.{name}", lambda **call: self.point(f"after {call['model'].name}"))

    def _watched_sync(self, descriptor: Any) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            # Half of what was written since the last sync: more need not be there after it is killed.
            half = (self._synced.get(descriptor, 0) + status.st_size) // 2
            self.point("in the middle of a line", lambda: os.ftruncate(descriptor, half))
            self._synced[descriptor] = status.st_size
        self.point("before fsync")
        self._sync(descriptor)
        self.point("after fsync")
