"""`orders dlq groups` on the emulator."""

from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, fill, new_id, poison
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.system.cli.dlq.conftest import clear


def test_groups_say_what_dead_letters_have_in_common(dlq: Orders, queues: OrderQueues, pipeline: Pipeline) -> None:
    ids = [new_id() for _ in range(3)]
    poison(pipeline, queues, body(ids[0], quantity=0), body(ids[1], quantity=-1), body(ids[2], userId=""))
    fill(queues, body("T-straight"))
    [found] = dlq("groups", "--json").json
    assert list(found) == ["in the queue"]
    assert [(group["class"], group["signature"], group["count"]) for group in found["in the queue"]] == [
        ("invalid", "quantity must be at least 1", 2),
        ("never executed", "no record in the log", 1),
        ("invalid", "userId is empty", 1),
    ]
    assert sorted(found["in the queue"][0]["examples"]) == sorted(ids[:2])
    ran = dlq("groups")
    assert ran.out.startswith("4 dead letters in the queue\n")
    assert "for example T-straight" in ran.out
    assert "failed attempts" not in ran.out
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (4, 0)


def test_groups_of_the_log_count_attempts_whether_their_orders_are_dead_or_not(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    poison(pipeline, queues, body(new_id(), quantity=0))
    clear(queues)
    [found] = dlq("groups", "--since", "1h", "--json").json
    assert found["in the queue"] == []
    [of_it] = [group for group in found["in the log"] if group["signature"] == "quantity must be at least 1"]
    assert of_it["count"] >= 3
    ran = dlq("groups", "--since", "1h")
    assert ran.out.startswith("0 dead letters in the queue\n")
    assert "failed attempts in the log since 1h" in ran.out


def test_nothing_to_group_has_the_exit_code_of_every_command_that_finds_nothing(
    dlq: Orders,
    queues: OrderQueues,  # noqa: ARG001 - it empties OrderDLQ
) -> None:
    ran = dlq("groups", "--json")
    assert (ran.code, ran.json) == (Exit.INCOMPLETE, [{"in the queue": []}])
    ran = dlq("groups")
    assert (ran.code, ran.out) == (Exit.INCOMPLETE, "0 dead letters in the queue\n")
    assert dlq("list").code == Exit.INCOMPLETE


@pytest.mark.parametrize(("name", "begin"), [("failures.png", b"\x89PNG"), ("failures.svg", b"<?xml")])
def test_failures_are_drawn_into_a_file(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline, tmp_path: Path, name: str, begin: bytes
) -> None:
    poison(pipeline, queues, body(new_id(), quantity=0))
    ran = dlq("groups", "--since", "1h", "--plot", str(tmp_path / name))
    assert (ran.code, ran.err) == (Exit.DONE, f"drawn: {tmp_path / name}\n")
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_failures_are_drawn_in_the_terminal(dlq: Orders, queues: OrderQueues, pipeline: Pipeline) -> None:
    poison(pipeline, queues, body(new_id(), quantity=0))
    ran = dlq("groups", "--plot", "-")
    assert ran.code == Exit.DONE
    assert any(block in ran.out for block in "▁▂▃▄▅▆▇█")
    assert "invalid: quantity must be at least 1" in ran.out
