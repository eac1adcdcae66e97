"""Dead letters for tests: queues that nothing reads, what is in them, and the `orders` command, killed where asked."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import botocore
from botocore.session import Session

from handler.contract import PARTITION_KEY
from handler.item import item_of
from handler.order import InvalidOrder, parse_order
from local import running
from local.aws import Endpoint
from local.project import ROOT
from ops.cli import main
from ops.dead_letters import look
from ops.dead_letters.letter import Letter

Attributes = Mapping[str, Mapping[str, Any]]
HOLD_SECONDS = 1
"""How long a letter stays hidden from the test when the command is killed."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A dead-letter queue and its source, both without a reader, so that counts are exact."""

    endpoint: Endpoint
    outputs: Mapping[str, Any]

    @classmethod
    def make(cls, endpoint: Endpoint) -> "Desk":
        """Queues, a table, a topic and a log group that nobody else has."""
        suffix = uuid4().hex[:8]
        queues = {
            output: endpoint.sqs.create_queue(QueueName=f"{name}-{suffix}")["QueueUrl"]
            for output, name in {
                "queueUrl": "OrderQueue",
                "deadLetterQueueUrl": "OrderDLQ",
                "undeliveredQueueUrl": "OrderUndelivered",
            }.items()
        }
        table, group = f"Orders-{suffix}", f"/aws/lambda/OrderProcessor-{suffix}"
        endpoint.dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        endpoint.logs.create_log_group(logGroupName=group)
        topic = endpoint.sns.create_topic(Name=f"OrderTopic-{suffix}")["TopicArn"]
        return cls(endpoint=endpoint, outputs={**queues, "topicArn": topic, "tableName": table, "logGroupName": group})

    @property
    def dead_letters(self) -> str:
        return str(self.outputs["deadLetterQueueUrl"])

    @property
    def source(self) -> str:
        return str(self.outputs["queueUrl"])

    def fill(self, letters: Sequence[tuple[str, Attributes]]) -> list[Letter]:
        """Put letters among the dead ones, each given by its body and attributes."""
        filled = []
        for body, attributes in letters:
            sent: Any = {"MessageBody": body, "MessageAttributes": attributes}
            message_id = self.endpoint.sqs.send_message(QueueUrl=self.dead_letters, **sent)["MessageId"]
            filled.append(Letter(message_id=message_id, body=body, attributes=attributes, system={}))
        return filled

    def store(self, letters: Sequence[Letter]) -> None:
        """Let the table hold the orders of those letters that have one."""
        for letter in letters:
            with suppress(InvalidOrder):
                item = item_of(parse_order(letter.body))
                self.endpoint.dynamodb.put_item(TableName=self.outputs["tableName"], Item=item)

    def hidden(self, queue_url: str) -> int:
        return self._count(queue_url, "ApproximateNumberOfMessagesNotVisible")

    def visible(self, queue_url: str) -> int:
        return self._count(queue_url, "ApproximateNumberOfMessages")

    def _count(self, queue_url: str, name: Any) -> int:
        answer = self.endpoint.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def held(self, queue_url: str) -> list[Letter]:
        """All that can be seen of a queue, which is left as it was."""
        found = []
        while messages := self.endpoint.sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=60,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages"):
            found += messages
        for message in found:
            self.endpoint.sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return [Letter.received(message) for message in found]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or minus the signal's number; what it printed; and how many points it met."""

    code: int
    out: str
    err: str
    points: int
    """At the last of them it was killed, where it was killed."""
    last_point: str


class Tool:
    """The `orders` command in processes of its own. They are forked from one that has imported it already."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def __call__(self, desk: Desk, folder: Path, *arguments: str, kill_at: int = 0) -> Ended:
        """Run the command, and kill it at that point, from 1; 0 lets it come to its end."""
        assert self._server.stdin
        assert self._server.stdout
        note = folder / "running.json"
        note.write_text(json.dumps({"url": desk.endpoint.url, "outputs": dict(desk.outputs)}))
        task = {"folder": str(folder), "arguments": arguments, "kill_at": kill_at}
        print(json.dumps(task), file=self._server.stdin, flush=True)
        code = int(self._server.stdout.readline())
        points = (folder / "points").read_text().splitlines()
        out, err = (folder / "out").read_text(), (folder / "err").read_text()
        return Ended(code, out, err, len(points), points[-1] if points else "")


@contextmanager
def tool() -> Iterator[Tool]:
    with subprocess.Popen(
        [sys.executable, "-c", "from tests.support.dead_letters import serve; serve()"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield Tool(server)
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
