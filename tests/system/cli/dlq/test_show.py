"""`orders dlq show` on the emulator."""

from collections.abc import Mapping

import pytest

from ops.cli.exit_codes import Exit
from ops.cli.terminal import console
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, fill, new_id, only_dead, store
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

MORNING, EVENING = "2025-05-03T06:00:00Z", "2025-05-03T18:00:00Z"


def test_a_dead_letter_is_shown_with_its_flaw_its_attempts_and_its_attributes(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    order_id = new_id()
    pipeline.clients.sns.publish(
        TopicArn=queues.outputs["topicArn"],
        Message=body(order_id, quantity=0),
        MessageAttributes={"shop": {"DataType": "String", "StringValue": "Genève"}},
    )
    eventually(lambda: queues.visible(queues.dead_letters) == 1, "the dead letter")
    shown = dlq("show", order_id)
    assert shown.code == Exit.DONE
    assert '>   "quantity": 0' in shown.out
    assert shown.out.count("\n>") + shown.out.startswith(">") == 1
    assert "shop (String): Genève" in shown.out
    for attempt in (1, 2, 3):
        assert f"{attempt} of 3 " in shown.out
    assert shown.out.count("invalid: quantity must be at least 1") == 3  # for each attempt
    assert "no such order" in shown.out
    assert shown.out.endswith("a redrive would fail again: invalid\n        quantity must be at least 1\n")
    [answered] = dlq("show", only_dead(queues).message_id, "--json").json
    assert [attempt["attempt"] for attempt in answered["attempts"]] == [1, 2, 3]
    assert (answered["orderId"], answered["inTable"], answered["redriveWould"]) == (order_id, None, "invalid")
    assert answered["body"] == only_dead(queues).body


@pytest.mark.parametrize(
    ("there", "forecast"),
    [
        (None, "store a new order"),
        ({"timestamp": MORNING, "status": "paid"}, "update an order"),
        ({"timestamp": EVENING, "status": "paid"}, "change nothing: stale"),
        ({}, "change nothing: duplicate"),
        ({"status": "paid"}, "fail again: conflict"),
    ],
    ids=["store", "update", "stale", "duplicate", "conflict"],
)
def test_the_forecast_of_a_letter_is_shown_beside_the_order_in_the_table(
    dlq: Orders,
    queues: OrderQueues,
    there: Mapping[str, object] | None,
    forecast: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(console, "width", 120)
    order_id = new_id()
    fill(queues, body(order_id))
    if there is not None:
        store(queues, body(order_id, **there))
    shown = dlq("show", order_id).out
    assert f"a redrive would {forecast}" in shown
    [heading] = [line for line in shown.splitlines() if line.startswith("dead letter")]
    assert heading.split() == ["dead", "letter", "in", "Orders"]
    [status] = [
        line for line in shown.splitlines() if line.split()[:2] in (['"status":', '"new",'], [">", '"status":'])
    ]
    assert ('"paid"' in status) == (there is not None and "status" in there)
    assert status.startswith(">") == (forecast == "fail again: conflict")
    assert (" no such order" in shown) == (there is None)


def test_in_a_narrow_terminal_the_order_in_the_table_is_below_the_dead_letter(
    dlq: Orders, queues: OrderQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = new_id()
    fill(queues, body(order_id))
    store(queues, body(order_id, status="paid"))
    monkeypatch.setattr(console, "width", 80)
    lines = dlq("show", order_id).out.splitlines()
    letter, stored = lines.index("dead letter"), lines.index("in Orders")
    assert '>   "status": "new",' in lines[letter:stored]
    assert '    "status": "paid",' in lines[stored:]
    assert all(len(line) <= 80 for line in lines)
