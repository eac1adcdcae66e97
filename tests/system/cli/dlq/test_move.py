"""Commands for move tasks on the emulator, which does not support them."""

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill
from tests.support.orders import body


def test_a_move_task_where_there_is_none_is_one_line(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T-1"))
    assert dlq("move", "start").out.splitlines()[-1] == "nothing was started: add --confirm"
    for what in (("start", "--confirm"), ("status",), ("cancel",)):
        ran = dlq("move", *what)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
        assert "does not support" in ran.err
    assert dead(queues) == [body("T-1")]
