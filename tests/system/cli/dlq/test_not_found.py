"""Commands for a dead letter or a queue that does not exist."""

from collections.abc import Sequence

import pytest

from ops.cli.exit_codes import Exit
from ops.local_system import LocalSystem, save_local_system
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, fill
from tests.support.orders import body


def test_a_letter_that_is_not_there_is_said_to_be_unknown(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T-1"))
    for command in (("show", "T-unknown"), ("edit", "T-unknown"), ("redrive", "T-unknown")):
        ran = dlq(*command)
        assert (ran.code, ran.out) == (Exit.INCOMPLETE, "")
        assert ran.err == "there is no dead letter T-unknown; `orders dlq list` shows all\n"


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("groups",),
        ("show", "T-1"),
        ("edit", "T-1", "--set", "quantity=1"),
        ("redrive", "--all", "--confirm"),
    ],
    ids=lambda command: command[0],
)
def test_a_queue_that_is_not_there_is_one_line(dlq: Orders, queues: OrderQueues, command: Sequence[str]) -> None:
    save_local_system(
        LocalSystem(
            url=queues.clients.emulator_url,
            outputs={**queues.outputs, "deadLetterQueueUrl": f"{queues.dead_letters}-gone"},
        )
    )
    ran = dlq(*command)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
    assert "found nothing" in ran.err
