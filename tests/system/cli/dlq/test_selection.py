"""How commands choose dead letters, on the emulator."""

from collections.abc import Sequence

import pytest

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill, new_id, poison, store
from tests.support.orders import body
from tests.support.pipeline import Pipeline


def test_letters_are_chosen_by_order_message_group_class_and_field(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    bad = [new_id() for _ in range(3)]
    poison(
        pipeline, queues, body(bad[0], quantity=0), body(bad[1], quantity=-5), body(bad[2], userId="", status="paid")
    )
    letters = fill(queues, *(body(f"T-{number}", status="paid", price=1.50) for number in range(4)))
    [group, *_] = dlq("groups", "--json").json[0]["in the queue"]
    [quantity] = [one for one in dlq("groups", "--json").json[0]["in the queue"] if one["count"] == 2]
    assert group["count"] == 4
    for chosen, count in {
        (bad[0],): 1,
        (bad[0], letters[1].message_id): 2,
        ("--group", quantity["group"]): 2,
        ("--group", quantity["signature"]): 2,
        ("--class", "invalid"): 3,
        ("--class", "never executed"): 4,
        ("--where", "status=paid"): 5,
        ("--where", "status=paid", "--class", "invalid"): 1,
        ("--where", "price=1.5", "--where", "orderId=T-2"): 1,
        ("--all",): 7,
        ("--all", "--limit", "3"): 3,
        ("--class", "invalid", "--limit", "2"): 2,
        ("--since", "1h"): 7,
        ("--since", "1h", "--class", "invalid"): 3,
        ("--until", "2100-01-01", "--where", "status=paid"): 5,
    }.items():
        assert dlq("redrive", *chosen, "--json").json[0]["wouldSend"] == count, chosen
    assert queues.visible(queues.dead_letters) == 7


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "--since, --until, --mended or --would, or --all for every letter"),
        (("T-1", "--all"), "give either order IDs and message IDs, or options that select letters"),
        (("--class", "odd"), "'odd' is not one of 'invalid', 'conflict', 'transient', 'never executed'"),
        (("--where", "status"), "Invalid value for '--where': give FIELD=VALUE, not status"),
        (("--all", "--stop-at", "101%"), "Invalid value for '--stop-at': give a percentage such as 20%, not 101%"),
        (("--limit", "1"), "select letters: give order IDs or message IDs"),
        (("--limit", "1", "--resume"), "--resume continues with the letters of its run: select none"),
        (("T-1", "--since", "1h"), "give either order IDs and message IDs, or options that select letters"),
        (("--since", "soon"), "Invalid value for '--since': give 90s, 15m, 2h, 7d or an ISO 8601 time, not soon"),
        (("--all", "--resume"), "--resume continues with the letters of its run: select none"),
    ],
)
def test_what_cannot_be_chosen_is_named(
    dlq: Orders, queues: OrderQueues, arguments: Sequence[str], expected: str
) -> None:
    fill(queues, body("T-1"))
    ran = dlq("redrive", *arguments, "--confirm")
    assert ran.code == Exit.USAGE
    assert expected in ran.err
    assert dead(queues) == [body("T-1")]


def test_only_what_was_chosen_is_sent_and_the_rest_stays_as_it_is(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    ids = [new_id() for _ in range(6)]
    bodies = [body(order_id, status="paid" if number % 2 else "new") for number, order_id in enumerate(ids)]
    fill(queues, *bodies)
    ran = dlq("redrive", "--where", "status=paid", "--confirm", "--wait")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert "sent 3: 3 in the table, 0 failed again, 0 unknown\n" in ran.out
    assert dead(queues) == sorted(bodies[::2])
    assert [bool(pipeline.order(order_id)) for order_id in ids] == [False, True] * 3
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (3, 0)


def test_only_letters_that_would_be_stored_are_sent_and_known_failures_stay(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    good, bad, older = new_id(), new_id(), new_id()
    store(queues, body(older))
    fill(queues, body(bad, quantity=0), body(good), body(older, timestamp="2025-05-03T12:00:01Z"))
    assert dlq("redrive", "--would", "store", "--json").json == [{"wouldSend": 1, "wouldComeTo": {"stored": 1}}]
    assert dlq("redrive", "--would", "store", "--would", "update", "--json").json[0]["wouldSend"] == 2
    ran = dlq("redrive", "--would", "store", "--confirm", "--wait")
    assert (ran.code, ran.out) == (
        Exit.DONE,
        f"in the table: {good}\nsent 1: 1 in the table, 0 failed again, 0 unknown\n",
    )
    assert pipeline.order(good)
    assert dead(queues) == sorted([body(bad, quantity=0), body(older, timestamp="2025-05-03T12:00:01Z")])
    none = dlq("redrive", "--would", "store", "--confirm")
    assert (none.code, none.err) == (Exit.INCOMPLETE, "no dead letter matches; `orders dlq list` shows all\n")


def test_mended_letters_are_sent_until_they_fail_again(dlq: Orders, queues: OrderQueues, pipeline: Pipeline) -> None:
    ids = [new_id() for _ in range(3)]
    poison(pipeline, queues, *(body(one, quantity=0) for one in ids))
    store(queues, body(ids[1]))
    for one, quantity in ((ids[0], 2), (ids[1], 3)):
        assert dlq("edit", one, "--set", f"quantity={quantity}", "--confirm").code == Exit.DONE
    assert dlq("redrive", "--mended", "--json").json == [{"wouldSend": 2, "wouldComeTo": {"stored": 1, "conflict": 1}}]
    ran = dlq("redrive", "--mended", "--confirm", "--wait", "--stop-at", "100%")
    assert (ran.code, ran.out.splitlines()[-1]) == (
        Exit.INCOMPLETE,
        "sent 2: 1 in the table, 1 failed again, 0 unknown",
    )
    assert {letter["orderId"] for letter in dlq("list", "--json").json} == set(ids[1:])
    assert dlq("redrive", "--mended", "--confirm").code == Exit.INCOMPLETE
