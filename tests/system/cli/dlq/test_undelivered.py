"""`orders dlq --queue undelivered` on the emulator, which itself never sends an order to OrderUndelivered."""

import json
from pathlib import Path

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import ATTRIBUTES, OrderQueues, dead, fill, new_id
from tests.support.orders import body
from tests.support.pipeline import Pipeline

QUEUE = ("--queue", "undelivered")
WHY = "SNS could not deliver it to OrderQueue"


def enveloped(order: str) -> str:
    """The order as SNS delivers it without raw message delivery."""
    return json.dumps({"Type": "Notification", "TopicArn": "arn", "Message": order})


def test_undelivered_orders_are_listed_grouped_and_shown_and_dead_letters_are_not(
    dlq: Orders, queues: OrderQueues
) -> None:
    first, second = new_id(), new_id()
    fill(queues, body("T-dead"))
    fill(queues.undelivered, body(first), enveloped(body(second, quantity=0)))
    listed = dlq("list", *QUEUE, "--json").json
    assert {(one["orderId"], one["class"], one["reason"], one["attempts"]) for one in listed} == {
        (first, "never executed", WHY, 0),
        (second, "never executed", WHY, 0),
    }
    [group] = dlq("groups", *QUEUE, "--json").json[0]["in the queue"]
    assert (group["signature"], group["count"]) == (WHY, 2)
    [shown] = dlq("show", first, *QUEUE, "--json").json
    assert (shown["whyNoAttempt"], shown["redriveWould"]) == (WHY, "stored")
    unknown = dlq("show", "T-dead", *QUEUE)
    assert (unknown.code, unknown.err) == (
        Exit.INCOMPLETE,
        "there is no dead letter T-dead; `orders dlq list --queue undelivered` shows all\n",
    )


def test_undelivered_orders_are_sent_on_to_the_queue_in_either_form(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    raw, wrapped, bad = new_id(), new_id(), new_id()
    fill(queues, body("T-dead", quantity=0))
    fill(queues.undelivered, body(raw), attributes=ATTRIBUTES)
    fill(queues.undelivered, enveloped(body(wrapped)), body(bad, quantity=0))
    assert dlq("redrive", "--all", *QUEUE, "--json").json == [
        {"wouldSend": 3, "wouldComeTo": {"stored": 2, "invalid": 1}}
    ]
    ran = dlq("redrive", "--would", "store", *QUEUE, "--confirm", "--wait")
    assert (ran.code, ran.out.splitlines()[-1]) == (Exit.DONE, "sent 2: 2 in the table, 0 failed again, 0 unknown")
    assert pipeline.order(raw)
    assert pipeline.order(wrapped)
    assert dead(queues.undelivered) == [body(bad, quantity=0)]
    assert dead(queues) == [body("T-dead", quantity=0)]


def test_an_undelivered_order_that_fails_is_a_dead_letter(dlq: Orders, queues: OrderQueues) -> None:
    bad = new_id()
    fill(queues.undelivered, body(bad, quantity=0))
    ran = dlq("redrive", bad, *QUEUE, "--confirm", "--wait")
    assert ran.code == Exit.INCOMPLETE
    assert f"failed again: {bad}: quantity must be at least 1\n" in ran.out
    assert "not in OrderDLQ yet" not in ran.out
    assert dead(queues.undelivered) == []
    [letter] = dlq("list", "--json").json
    assert (letter["orderId"], letter["reason"]) == (bad, "quantity must be at least 1")


def test_an_undelivered_order_is_edited_and_redriven_with_the_printed_command(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    first, second = new_id(), new_id()
    fill(queues.undelivered, body(first, quantity=0), body(second, quantity=0))
    one = dlq("edit", first, *QUEUE, "--set", "quantity=2", "--confirm")
    assert one.code == Exit.DONE
    assert one.out.splitlines()[-1].endswith("--confirm --wait --queue undelivered")
    assert "put back into OrderUndelivered" in one.out
    assert dlq("edit", "--where", "quantity=0", *QUEUE, "--set", "quantity=3", "--confirm").out.splitlines() == [
        "edited 1 letter and put back into OrderUndelivered; to redrive what was edited:",
        "  orders dlq redrive --mended --confirm --wait --queue undelivered",
    ]
    assert dlq("redrive", "--mended", "--confirm", "--wait", *QUEUE).code == Exit.DONE
    stored = [pipeline.order(order_id) for order_id in (first, second)]
    assert [order and order["quantity"] for order in stored] == [2, 3]


def test_undelivered_orders_are_archived_restored_and_purged(dlq: Orders, queues: OrderQueues, tmp_path: Path) -> None:
    bodies = [body("T-1"), body("T-2")]
    fill(queues.undelivered, *bodies)
    fill(queues, body("T-dead"))
    first, second = str(tmp_path / "first.jsonl"), str(tmp_path / "second.jsonl")
    assert dlq("archive", first, "--all", *QUEUE, "--confirm").code == Exit.DONE
    assert dead(queues.undelivered) == []
    assert dlq("restore", first, *QUEUE, "--confirm").code == Exit.DONE
    assert dead(queues.undelivered) == bodies
    assert dlq("archive", second, "--all", "--keep", *QUEUE, "--confirm").code == Exit.DONE
    assert dlq("purge", second, *QUEUE, "--confirm").code == Exit.DONE
    assert dead(queues.undelivered) == []
    assert dead(queues) == [body("T-dead")]
    records = dlq("history", "--since", "1h", "--json").json
    assert {record["queue"] for record in records if record.get("file") == second} == {"OrderUndelivered"}
