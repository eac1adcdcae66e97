"""`orders dlq`, stopped for longer than its leases last: what somebody else took meanwhile is left alone."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from tests.support.dead_letters import OrderQueues
from tests.support.killed_letters import LETTERS
from tests.support.killing import ForkedCommand, ProcessResult
from tests.support.waiting import eventually

REDRIVE = ("dlq", "redrive", "--all", "--confirm", "--rate", "1000")
ONE_BATCH = LETTERS[:11]
"""One letter that is sent first, and ten more. With several batches at once, the others would be at any point."""

Stopped = Callable[[int, tuple[str, ...]], AbstractContextManager[list[ProcessResult]]]


@pytest.fixture
def stopped(orders: ForkedCommand, queues: OrderQueues, tmp_path: Path) -> Stopped:
    """Runs a command, which is stopped at a point during the block. After the block, the list contains its result."""

    @contextmanager
    def run(point: int, command: tuple[str, ...]) -> Iterator[list[ProcessResult]]:
        results: list[ProcessResult] = []
        note = tmp_path / "stopped"
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(orders, queues, tmp_path, *command, kill_at=point, is_stopped=True)
            eventually(lambda: running.done() or (note.exists() and note.read_text()), "the stop")
            assert not running.done(), running.result()
            process = int(note.read_text())
            try:
                eventually(lambda: not queues.hidden(queues.dead_letters), "the end of the leases")
                yield results
            finally:
                os.kill(process, signal.SIGCONT)
            results.append(running.result())

    return run


def take(queues: OrderQueues) -> Counter[str]:
    """Receive and delete the visible dead letters as somebody else would, and return their bodies."""
    sqs, queue, taken = queues.clients.sqs, queues.dead_letters, Counter[str]()
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        taken.update(message["Body"] for message in messages)
    return taken


def sent(queues: OrderQueues) -> Counter[str]:
    return Counter(letter.body for letter in queues.letters_in(queues.source))


# Later points are inside of send requests, where a stop cannot be noticed (docs/dead-letters-guarantees.md).
@pytest.mark.parametrize("point", range(2, 23, 5))
def test_a_redrive_that_was_stopped_sends_nothing_that_somebody_else_took(
    queues: OrderQueues, stopped: Stopped, point: int
) -> None:
    queues.store(queues.fill(ONE_BATCH))
    with stopped(point, REDRIVE) as results:
        before, taken = sent(queues), take(queues)
    assert not (sent(queues) - before) & taken
    [ran] = results
    assert (ran.code, "Traceback" in ran.err) == (Exit.INCOMPLETE if taken else Exit.DONE, False), ran


@pytest.mark.parametrize("point", range(2, 18, 5))
def test_an_archive_that_was_stopped_says_what_somebody_else_took(
    queues: OrderQueues, stopped: Stopped, tmp_path: Path, point: int
) -> None:
    queues.fill(ONE_BATCH)
    with stopped(point, ("dlq", "archive", str(tmp_path / "letters.jsonl"), "--all", "--confirm")) as results:
        taken = take(queues)
    [ran] = results
    assert (ran.code, "Traceback" in ran.err) == (Exit.INCOMPLETE if taken else Exit.DONE, False), ran
