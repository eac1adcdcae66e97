"""`orders dead-letters redrive` in comparison with moving one letter after another, and the memory of a list."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from bench.turns import median_seconds
from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from infra.project import ROOT
from local.emulator import emulator
from ops.clients import Clients
from ops.dead_letters.journal import journal
from ops.dead_letters.look import Look
from ops.dead_letters.move import Mover
from ops.samples import valid_orders

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOVED = 2_000
ROUNDS = 3
LISTED = 10_000
OURS, ONE_BY_ONE = "orders dead-letters redrive", "one after another"

EDITED = {"first": 0, "in the middle": LISTED // 2, "last": LISTED - 1}
"""The letters that are edited, by their place in the queue. The emulator returns messages in their sequence."""

_COMMAND = """
import re, sys
from functools import partial
from pathlib import Path
from ops import local_system
local_system.RECORD = Path(sys.argv[1])
sys.argv = ["orders", "dead-letters", *sys.argv[2:]]
from ops.cli.main import main
try:
    main()
finally:
    [kibibytes] = re.findall(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    print(int(kibibytes) * 1024, file=sys.stderr)
"""
"""Runs the command and prints its peak memory in bytes. `getrusage` would include the memory of its parent."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of this benchmark."""

    seconds: dict[str, float]
    """Median time to move all letters, by method."""
    list_bytes: int
    """Peak memory of the list."""
    edit_seconds: dict[str, float]
    """Time to edit one letter among those that are listed, by its place in the queue."""


def measure(on_progress: Callable[[str], None]) -> Figures:
    """Measure both methods on the same emulator in turns, and then the list in a process of its own."""
    with emulator("bench") as clients, tempfile.TemporaryDirectory() as folder:
        sqs = clients.sqs
        source, target = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("OrderDLQ", "OrderQueue"))
        methods = {
            OURS: partial(_move, sqs, source, target, Path(folder)),
            ONE_BY_ONE: partial(_move_one_by_one, sqs, source, target),
        }
        seconds = median_seconds(methods, ROUNDS, prepare=partial(fill, sqs, source, MOVED))
        fill(sqs, source, LISTED)
        note = Path(folder) / "running.json"
        peak, listed = list_letters(clients, source, note)
        assert len(listed) == LISTED, f"{len(listed)} letters were listed"
        edits = {place: _edit(note, listed[position]) for place, position in EDITED.items()}
    times = ", ".join(f"{name} {one * 1000:,.0f} ms" for name, one in seconds.items())
    on_progress(f"{times}, list {peak / 2**20:.0f} MiB, edits {edits}")
    return Figures(seconds, peak, edits)


def fill(sqs: "SQSClient", queue_url: str, count: int) -> None:
    """Send `count` orders to a queue."""
    for batch in chunked(list(valid_orders(count)), MAX_ENTRIES):
        entries = [{"Id": str(position), "MessageBody": body} for position, body in enumerate(batch)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)  # type: ignore[arg-type]  # the dictionaries have this shape


def list_letters(clients: Clients, queue_url: str, note: Path) -> tuple[int, list[str]]:
    """Return the peak memory of `orders dead-letters list`, in bytes, and the message IDs that it lists.

    `note` becomes the file that tells the command where the system is.
    """
    clients.logs.create_log_group(logGroupName="log")
    outputs = {
        "topicArn": f"arn:aws:sns:{clients.region}:000000000000:OrderTopic",
        "deadLetterQueueUrl": queue_url,
        "queueUrl": queue_url,
        "logGroupName": "log",
    }
    note.write_text(json.dumps({"url": clients.emulator_url, "outputs": outputs}))
    ran = _run(note, "list", "--json")
    return int(ran.stderr.split()[-1]), [json.loads(line)["messageId"] for line in ran.stdout.splitlines()]


def _edit(note: Path, message_id: str) -> float:
    begin = time.perf_counter()
    _run(note, "edit", message_id, "--set", "quantity=7", "--confirm")
    return time.perf_counter() - begin


def _run(note: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", _COMMAND, str(note), *arguments]
    environment = {**os.environ, "XDG_STATE_HOME": str(note.parent)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)


def _move(sqs: "SQSClient", source: str, target: str, folder: Path) -> None:
    with Look(sqs, source) as look, journal(folder / f"{uuid4()}.jsonl") as steps:
        for _ in Mover(sqs, look, steps, source=source, target=target).move(look.leases):
            pass
        assert not look, f"{len(look)} letters were not moved"


def _move_one_by_one(sqs: "SQSClient", source: str, target: str) -> None:
    """Receive, send and delete one letter after another, as a short script does, until the queue is empty."""
    while messages := sqs.receive_message(QueueUrl=source).get("Messages"):
        sqs.send_message(QueueUrl=target, MessageBody=messages[0]["Body"])
        sqs.delete_message(QueueUrl=source, ReceiptHandle=messages[0]["ReceiptHandle"])
