"""The memory that `orders dlq list` needs for a long queue."""

from pathlib import Path

from bench.dead_letters import LISTED, fill, list_letters
from local.emulator import emulator
from tests.support.processes import needs_proc

MOST_BYTES = 100_000_000


@needs_proc
def test_ten_thousand_dead_letters_are_listed_in_a_hundred_megabytes(tmp_path: Path) -> None:
    with emulator("many") as clients:
        queue = clients.sqs.create_queue(QueueName="OrderDLQ")["QueueUrl"]
        fill(clients.sqs, queue, LISTED)
        peak, listed = list_letters(clients, queue, tmp_path / "running.json")
    assert len(set(listed)) == LISTED == 10_000
    assert peak < MOST_BYTES
