"""`orders dead-letters redrive` beside a mover that takes one letter after another, and the memory of a list."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from infra.package import ROOT
from local.aws import Endpoint
from local.emulator import emulator
from local.samples import valid_orders
from ops.dead_letters.journal import journal
from ops.dead_letters.look import Look
from ops.dead_letters.transfer import Mover

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOVED = 2_000
ROUNDS = 3
LISTED = 10_000
OURS, ONE_BY_ONE = "orders dead-letters redrive", "one after another"

_LIST = """
import re, sys
from pathlib import Path
from local import running
running.NOTE = Path(sys.argv[1])
sys.argv = ["orders", "dead-letters", "list", "--json"]
from ops.cli import main
try:
    main()
finally:
    [kibibytes] = re.findall(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    print(int(kibibytes) * 1024, file=sys.stderr)
"""
"""Runs the command, and says the most bytes of memory that it had; `getrusage` would count its parent, too."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, the medians, that each way takes to move all letters; and bytes that the list takes at most."""

    seconds: dict[str, float]
    list_bytes: int


def measure(told: Callable[[str], None]) -> Figures:
    """Both ways over the same emulator, taking turns; then the list, in a process of its own."""
    taken: dict[str, list[float]] = {OURS: [], ONE_BY_ONE: []}
    with emulator("bench") as endpoint, tempfile.TemporaryDirectory() as folder:
        source, target = (endpoint.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("OrderDLQ", "OrderQueue"))
        for position in range(ROUNDS):
            for name, times in taken.items():
                fill(endpoint.sqs, source, MOVED)
                started = time.perf_counter()
                if name == OURS:
                    _move(endpoint.sqs, source, target, Path(folder) / f"{position}.jsonl")
                else:
                    _move_one_by_one(endpoint.sqs, source, target)
                times.append(time.perf_counter() - started)
        fill(endpoint.sqs, source, LISTED)
        peak, listed = list_letters(endpoint, source, Path(folder) / "running.json")
    assert listed == LISTED, f"{listed} letters were listed"
    seconds = {name: median(each) for name, each in taken.items()}
    told(", ".join(f"{name} {one * 1000:,.0f} ms" for name, one in seconds.items()) + f", list {peak / 2**20:.0f} MiB")
    return Figures(seconds, peak)


def fill(sqs: "SQSClient", queue_url: str, count: int) -> None:
    """Put so many orders into a queue."""
    for batch in chunked(list(valid_orders(count)), MAX_ENTRIES):
        entries = [{"Id": str(position), "MessageBody": body} for position, body in enumerate(batch)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)  # type: ignore[arg-type]  # dicts of just this shape


def list_letters(endpoint: Endpoint, queue_url: str, note: Path) -> tuple[int, int]:
    """The most bytes that `orders dead-letters list` takes for a queue, and how many letters it lists."""
    endpoint.logs.create_log_group(logGroupName="log")
    outputs = {
        "topicArn": f"arn:aws:sns:{endpoint.region}:000000000000:OrderTopic",
        "deadLetterQueueUrl": queue_url,
        "logGroupName": "log",
    }
    note.write_text(json.dumps({"url": endpoint.url, "outputs": outputs}))
    command = [sys.executable, "-c", _LIST, str(note)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(ran.stderr.split()[-1]), len(ran.stdout.splitlines())


def _move(sqs: "SQSClient", source: str, target: str, path: Path) -> None:
    with Look(sqs, source) as look, journal(path) as steps:
        for _ in Mover(sqs, look, steps, source=source, target=target).move(look.seen):
            pass
        assert not look, f"{len(look)} letters were not moved"


def _move_one_by_one(sqs: "SQSClient", source: str, target: str) -> None:
    """What a short script does: receive one, send it, delete it, until there is none."""
    while messages := sqs.receive_message(QueueUrl=source).get("Messages"):
        sqs.send_message(QueueUrl=target, MessageBody=messages[0]["Body"])
        sqs.delete_message(QueueUrl=source, ReceiptHandle=messages[0]["ReceiptHandle"])
