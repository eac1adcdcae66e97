"""`orders dlq list` on the emulator."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from rich.cells import cell_len

from ops.cli.exit_codes import Exit
from tests.support.command import CommandResult, Orders
from tests.support.dead_letters import OrderQueues, dead, fill, new_id, poison
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_each_dead_letter_is_listed_once_with_its_reason_and_none_is_lost_or_hidden(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline
) -> None:
    ids = [new_id() for _ in range(3)]
    poisoned = (body(ids[0], quantity=0), body(ids[1], userId=""), body(ids[2], quantity="two"))
    for one in poisoned:
        assert pipeline.publish([one]) == []
        time.sleep(0.01)  # SQS records the time in milliseconds. The order of the list must be certain.
    eventually(lambda: queues.visible(queues.dead_letters) == len(poisoned), "the dead letters")
    [unseen] = fill(queues, body("T-straight"))
    first, second = (dlq("list", "--json") for _ in range(2))
    assert (first.code, first.err) == (Exit.DONE, "")
    assert [letter["orderId"] for letter in first.json] == [*ids, "T-straight"]
    assert [letter["firstSeen"] for letter in first.json] == sorted(letter["firstSeen"] for letter in first.json)
    assert [(letter["class"], letter["attempts"]) for letter in first.json] == [
        *[("invalid", 3)] * 3,
        ("never executed", 0),
    ]
    assert first.json[0]["reason"] == "quantity must be at least 1"
    assert first.json[3]["messageId"] == unseen.message_id
    assert [letter["messageId"] for letter in second.json] == [letter["messageId"] for letter in first.json]
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (4, 0)
    heading, *lines = dlq("list").out.splitlines()
    assert heading.split() == ["order", "attempts", "first", "seen", "deleted", "in"]
    assert [line.split()[:2] for line in lines[::2]] == [*([order_id, "3"] for order_id in ids), ["T-straight", "-"]]
    assert [line.strip() for line in lines[1:4:2]] == [
        "invalid: quantity must be at least 1",
        "invalid: userId is empty",
    ]


def test_a_list_of_many_dead_letters_has_each_once_oldest_first(dlq: Orders, queues: OrderQueues) -> None:
    letters = fill(queues, *(body(f"T-{number}") for number in range(64)))
    listed = dlq("list", "--json").json
    assert {letter["messageId"] for letter in listed} == {letter.message_id for letter in letters}
    assert len(listed) == 64
    seen = [(letter["firstSeen"], letter["messageId"]) for letter in listed]
    assert seen == sorted(seen)
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (64, 0)


def test_after_ctrl_c_in_the_middle_of_a_list_all_letters_can_be_seen_again(
    dlq: Orders, queues: OrderQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [body(f"T-{number}") for number in range(15)]
    fill(queues, *bodies)
    lines: list[Mapping[str, Any]] = []

    def stop_at_the_third(values: Mapping[str, Any], _widths: Mapping[str, int]) -> None:
        lines.append(values)
        if len(lines) == 3:
            raise KeyboardInterrupt
        print("a line")

    monkeypatch.setattr("ops.cli.dlq.list.print_row", stop_at_the_third)
    ran = dlq("list")
    _heading, *rows = ran.out.splitlines()
    assert (ran.code, rows[::2]) == (130, ["a line"] * 2)
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (15, 0)
    assert dead(queues) == sorted(bodies)


ROW = 80
"""The columns of the smallest usual terminal."""


@pytest.mark.parametrize(
    ("order_id", "shown"),
    [
        ("T-1", "T-1"),
        ("8c1f7a52-53b6-4c4e-a4ad-2f4b6a6f6a11", "8c1f7a52-53b6-4c4e-a4ad-2f4b6a6f6a11"),
        ("T-" + "9" * 100, "T-" + "9" * 33 + "…"),
        ("注文" * 5, "注文" * 5),
        ("注文" * 20, "注文" * 8 + "注…"),
    ],
    ids=["short", "a UUID", "long", "wide", "wide and long"],
)
def test_every_line_of_a_list_fits_into_80_columns(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline, order_id: str, shown: str
) -> None:
    poison(pipeline, queues, body(order_id, status="長い" * 60, quantity=0, userId="", price="x" * 90))
    fill(queues, body("T-2"))
    [letter] = dlq("show", order_id, "--json").json
    ran = dlq("list", "--message-ids")
    lines = ran.out.splitlines()
    assert [line for line in lines if cell_len(line) > ROW] == []
    assert lines[1].startswith(f"{shown}  ")
    heading, second = (line for line in lines if line.startswith(("order ", "T-2 ")))
    assert heading.index("attempts") == second.index("-  ", len("T-2"))
    assert f"        message {letter['messageId']}" in lines
    assert (f"        message {letter['messageId']}" in dlq("list").out.splitlines()) == shown.endswith("…")


def test_a_list_has_a_window_and_a_limit(dlq: Orders, queues: OrderQueues) -> None:
    for number in range(4):
        fill(queues, body(f"T-{number}"))
        time.sleep(0.01)
    first, second, third, _ = (letter["firstSeen"] for letter in dlq("list", "--json").json)
    assert names(dlq("list", "--since", second, "--json")) == ["T-1", "T-2", "T-3"]
    assert names(dlq("list", "--since", second, "--until", third, "--json")) == ["T-1"]
    assert names(dlq("list", "--limit", "2", "--json")) == ["T-0", "T-1"]
    assert names(dlq("list", "--since", "1h", "--limit", "1", "--json")) == ["T-0"]
    none = dlq("list", "--until", first)
    assert (none.code, none.out, none.err) == (
        Exit.INCOMPLETE,
        "",
        "no dead letter matches; `orders dlq list` shows all\n",
    )
    reversed_window = dlq("list", "--since", third, "--until", second)
    assert (reversed_window.code, reversed_window.err) == (
        Exit.USAGE,
        "--until is not after --since, so no letter can be selected\n",
    )


def names(ran: CommandResult) -> list[str]:
    return [letter["orderId"] for letter in ran.json]


def test_an_empty_list_says_so(dlq: Orders) -> None:
    ran = dlq("list")
    assert (ran.code, ran.out, ran.err) == (Exit.INCOMPLETE, "", "there is no visible dead letter\n")


def test_what_somebody_else_holds_is_said_to_be_hidden(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T-1"), body("T-2"))
    queues.clients.sqs.receive_message(QueueUrl=queues.dead_letters, VisibilityTimeout=600)
    ran = dlq("list", "--json")
    assert len(ran.json) == 1
    assert ran.err.startswith("there may be about 1 more: somebody else holds them")


def test_an_order_cannot_write_into_the_terminal(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T-\x1b[2J", itemName="\x1b[2Jx\n2026 forged"))
    for command in (("list",), ("groups",), ("show", "T-\x1b[2J")):
        shown = dlq(*command).out
        assert "\\x1b[2J" in shown or "\\u001b[2J" in shown
        assert "\x1b" not in shown
