"""`orders dlq redrive` on the emulator if letters fail again."""

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill, new_id, only_dead, poison
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_a_letter_that_comes_back_is_reported_with_its_reason(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    order_id = new_id()
    poison(pipeline, queues, body(order_id, quantity=0))
    ran = dlq("redrive", order_id, "--confirm", "--wait")
    assert ran.code == Exit.INCOMPLETE
    assert f"failed again: {order_id}: quantity must be at least 1\n        message ID " in ran.out
    assert "sent 1: 0 in the table, 1 failed again, 0 unknown\n" in ran.out
    eventually(lambda: queues.visible(queues.dead_letters) == 1, "the letter, back")
    assert only_dead(queues).message_id in ran.out
    assert only_dead(queues).body == body(order_id, quantity=0)


def test_whoever_waits_for_a_letter_that_fails_again_finds_it_back_among_the_dead(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    order_id = new_id()
    poison(pipeline, queues, body(order_id, quantity=0))
    [answered] = dlq("redrive", order_id, "--confirm", "--wait", "--json").json
    assert [(failed["orderId"], failed["back"]) for failed in answered["failed"]] == [(order_id, True)]
    assert queues.visible(queues.dead_letters) == 1


def test_where_the_first_letter_fails_again_no_other_is_sent(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, *(body(f"T-{number}", quantity=0) for number in range(5)))
    [answered] = dlq("redrive", "--all", "--confirm", "--json").json
    assert (answered["sent"], answered["failedAgain"], answered["notSent"]) == (1, 1, 4)
    assert answered["stopped"] == "the order of the first letter was not stored"
    eventually(lambda: queues.visible(queues.dead_letters) == 5, "all letters, one of them back")
    assert len(set(dead(queues))) == 5


def test_no_more_is_sent_when_too_many_fail_again(dlq: Orders, queues: OrderQueues, pipeline: Pipeline) -> None:
    good = new_id()
    fill(queues, *(body(f"T-{number}", quantity=0) for number in range(80)), body(good))
    ran = dlq("redrive", "--all", "--confirm", "--rate", "4", "--stop-at", "10%", "--json")
    assert ran.code == Exit.INCOMPLETE
    [answered] = ran.json
    assert answered["stopped"].endswith("of the sent letters failed again")
    assert answered["notSent"] > 0
    assert answered["sent"] + answered["notSent"] == 81
    assert pipeline.order(good)
    eventually(lambda: queues.visible(queues.dead_letters) == 80, "all letters but the good one")
    assert len(set(dead(queues))) == 80


def test_an_order_id_neither_forges_a_line_nor_breaks_the_json_of_a_redrive(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("SUR\ud800\nsent 9: 9 in the table"))
    ran = dlq("redrive", "SUR\\ud800\\nsent 9: 9 in the table", "--confirm", "--wait")
    assert ran.code == Exit.INCOMPLETE
    failed, message_id, summary = ran.out.splitlines()
    assert failed.startswith("failed again: SUR\\ud800\\nsent 9: 9 in the table: ")
    assert message_id.startswith("        message ID ")
    assert summary.startswith("sent 1: 0 in the table, 1 failed again")
    [answered] = dlq("redrive", "--all", "--confirm", "--wait", "--json").json
    assert answered["failed"][0]["orderId"] == "SUR\ud800\nsent 9: 9 in the table"
