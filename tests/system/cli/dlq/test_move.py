"""SQS's own move tasks on the emulator, which has none."""

from ops.errors import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill
from tests.support.orders import body


def test_a_native_redrive_where_there_is_none_is_one_line(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T-1"))
    assert dlq("redrive", "--native", "start").out.startswith("nothing was started: add --confirm")
    for what in (("start", "--confirm"), ("status",), ("cancel", "--confirm")):
        ran = dlq("redrive", "--native", *what)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
        assert "cannot be done here" in ran.err
    assert dead(queues) == [body("T-1")]
