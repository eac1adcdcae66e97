"""How the demo ends: with 0 where every published order is accounted for, and only there."""

from typing import cast

import pytest

from local.demo import _show_balance
from local.pipeline import Pipeline


class Counted:
    """A pipeline of which only the counts are known."""

    def __init__(self, stored: int, **waiting: int) -> None:
        self._stored = stored
        self._waiting = waiting

    def stored(self) -> int:
        return self._stored

    def waiting(self, queue_output: str) -> int:
        return self._waiting.get(queue_output, 0)


@pytest.mark.parametrize(
    ("pipeline", "status"),
    [
        (Counted(95, deadLetterQueueUrl=6), 0),
        (Counted(94, deadLetterQueueUrl=6), 1),
        (Counted(95, deadLetterQueueUrl=7), 1),
        (Counted(95, deadLetterQueueUrl=5, queueUrl=1), 1),
        (Counted(95, deadLetterQueueUrl=6, undeliveredQueueUrl=1), 1),
    ],
    ids=["all accounted for", "one lost", "one too many", "one on the way", "one undelivered"],
)
def test_the_exit_status_says_whether_the_counts_add_up(
    pipeline: Counted, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _show_balance(cast("Pipeline", pipeline), published=101) == status
    assert ("published 101 = stored 95 + set aside 6" in capsys.readouterr().out) == (status == 0)
