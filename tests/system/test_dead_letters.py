"""`orders dead-letters` on the emulator: each command, what it prints, what it does to the queues, and how it ends."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from local import running
from local.pipeline import Pipeline
from local.project import ROOT
from local.running import Running, note
from ops import terminal
from ops.commands.dead_letters import listing
from ops.dead_letters import transfer
from ops.dead_letters.archive import read_letters
from ops.dead_letters.letter import CAME_FROM, Letter
from ops.errors import Exit
from tests.support.command import Orders, Ran, run_orders
from tests.support.dead_letters import Attributes, Desk
from tests.support.orders import body
from tests.support.waiting import eventually

MORNING, EVENING = "2025-05-03T06:00:00Z", "2025-05-03T18:00:00Z"
ATTRIBUTES: Attributes = {
    "picture": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))},
    "text": {"DataType": "String", "StringValue": "ä€😀"},
}


@pytest.fixture
def desk(pipeline: Pipeline) -> Iterator[Desk]:
    """The worker's pipeline, whose dead letters are this test's alone, and gone at its end."""
    desk = Desk(endpoint=pipeline.endpoint, outputs=pipeline.outputs)
    clear(desk)
    yield desk
    clear(desk)


def clear(desk: Desk) -> None:
    eventually(lambda: not desk.hidden(desk.source) + desk.visible(desk.source), "an empty queue")
    desk.endpoint.sqs.purge_queue(QueueUrl=desk.dead_letters)


@pytest.fixture
def dlq(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, desk: Desk) -> Orders:
    """Runs `orders dlq` beside the running pipeline."""
    monkeypatch.setattr(running, "NOTE", tmp_path / "running.json")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(terminal.console, "_width", 200)
    monkeypatch.setattr("ops.dead_letters.look.POLL_SECONDS", 0)  # The emulator has one server, which answers at once.
    monkeypatch.setattr("ops.dead_letters.redrive.LOOK_SECONDS", 0.2)
    note(Running(url=desk.endpoint.url, outputs=desk.outputs))

    def run(*arguments: str, stdin: str = "") -> Ran:
        return run_orders(monkeypatch, capsys, "dlq", *arguments, stdin=stdin)

    return run


def new_id() -> str:
    return f"T-{uuid4().hex[:8]}"


def poison(pipeline: Pipeline, desk: Desk, *bodies: str) -> None:
    """Publish orders that fail, and wait until they are dead letters."""
    there = desk.visible(desk.dead_letters)
    assert pipeline.publish(bodies) == []
    eventually(lambda: desk.visible(desk.dead_letters) == there + len(bodies), "the dead letters")


def fill(desk: Desk, *bodies: str, attributes: Attributes | None = None) -> list[Letter]:
    """Put letters among the dead that the processor never saw."""
    return desk.fill([(body, attributes or {}) for body in bodies])


def dead(desk: Desk) -> list[str]:
    """The bodies of the dead letters."""
    return sorted(letter.body for letter in desk.held(desk.dead_letters))


def only_dead(desk: Desk) -> Letter:
    [letter] = desk.held(desk.dead_letters)
    return letter


def store(desk: Desk, *bodies: str) -> None:
    desk.store([Letter(message_id="", body=body, attributes={}, system={}) for body in bodies])


# Looking


def test_each_dead_letter_is_listed_once_with_its_reason_and_none_is_lost_or_hidden(
    dlq: Orders, desk: Desk, pipeline: Pipeline
) -> None:
    ids = [new_id() for _ in range(3)]
    for poisoned in (body(ids[0], quantity=0), body(ids[1], userId=""), body(ids[2], quantity="two")):
        poison(pipeline, desk, poisoned)
    [unseen] = fill(desk, body("T-straight"))
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
    assert (desk.visible(desk.dead_letters), desk.hidden(desk.dead_letters)) == (4, 0)
    heading, *lines = dlq("list").out.splitlines()
    assert heading.split() == ["order", "attempts", "first", "seen", "deleted", "in"]
    assert [line.split()[:2] for line in lines[::2]] == [*([order_id, "3"] for order_id in ids), ["T-straight", "-"]]
    assert [line.strip() for line in lines[1:4:2]] == [
        "invalid: quantity must be at least 1",
        "invalid: userId is empty",
    ]


def test_a_list_of_many_dead_letters_has_each_once_oldest_first(dlq: Orders, desk: Desk) -> None:
    letters = fill(desk, *(body(f"T-{number}") for number in range(64)))
    listed = dlq("list", "--json").json
    assert {letter["messageId"] for letter in listed} == {letter.message_id for letter in letters}
    assert len(listed) == 64
    seen = [(letter["firstSeen"], letter["messageId"]) for letter in listed]
    assert seen == sorted(seen)
    assert (desk.visible(desk.dead_letters), desk.hidden(desk.dead_letters)) == (64, 0)


def test_after_ctrl_c_in_the_middle_of_a_list_all_letters_can_be_seen_again(
    dlq: Orders, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [body(f"T-{number}") for number in range(15)]
    fill(desk, *bodies)
    lines: list[Mapping[str, Any]] = []

    def stop_at_the_third(values: Mapping[str, Any], _widths: Mapping[str, int]) -> str:
        lines.append(values)
        if len(lines) == 3:
            raise KeyboardInterrupt
        return "a line"

    monkeypatch.setattr(listing, "line_of", stop_at_the_third)
    ran = dlq("list")
    assert (ran.code, ran.out.splitlines()) == (130, ["a line"] * 2)
    assert (desk.visible(desk.dead_letters), desk.hidden(desk.dead_letters)) == (15, 0)
    assert dead(desk) == sorted(bodies)


def test_an_empty_list_says_so(dlq: Orders) -> None:
    ran = dlq("list")
    assert (ran.code, ran.out, ran.err) == (Exit.NOT_ALL, "", "no dead letter is there to be seen\n")


def test_what_somebody_else_holds_is_said_to_be_hidden(dlq: Orders, desk: Desk) -> None:
    fill(desk, body("T-1"), body("T-2"))
    desk.endpoint.sqs.receive_message(QueueUrl=desk.dead_letters, VisibilityTimeout=600)
    ran = dlq("list", "--json")
    assert len(ran.json) == 1
    assert ran.err.startswith("about 1 more may be there: somebody else holds them")


def test_an_order_cannot_write_into_the_terminal(dlq: Orders, desk: Desk) -> None:
    fill(desk, body("T-\x1b[2J", itemName="\x1b[2Jx\n2026 forged"))
    for command in (("list",), ("groups",), ("show", "T-\x1b[2J")):
        shown = dlq(*command).out
        assert "\\x1b[2J" in shown or "\\u001b[2J" in shown
        assert "\x1b" not in shown


def test_groups_say_what_dead_letters_have_in_common(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    ids = [new_id() for _ in range(3)]
    poison(pipeline, desk, body(ids[0], quantity=0), body(ids[1], quantity=-1), body(ids[2], userId=""))
    fill(desk, body("T-straight"))
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
    assert "such as T-straight" in ran.out
    assert "failed attempts" not in ran.out
    assert (desk.visible(desk.dead_letters), desk.hidden(desk.dead_letters)) == (4, 0)


def test_groups_of_the_log_count_attempts_whether_their_orders_are_dead_or_not(
    dlq: Orders, desk: Desk, pipeline: Pipeline
) -> None:
    poison(pipeline, desk, body(new_id(), quantity=0))
    clear(desk)
    [found] = dlq("groups", "--since", "1h", "--json").json
    assert found["in the queue"] == []
    [of_it] = [group for group in found["in the log"] if group["signature"] == "quantity must be at least 1"]
    assert of_it["count"] >= 3
    ran = dlq("groups", "--since", "1h")
    assert ran.out.startswith("0 dead letters in the queue\n")
    assert "failed attempts in the log since 1h" in ran.out


@pytest.mark.parametrize(("name", "begin"), [("failures.png", b"\x89PNG"), ("failures.svg", b"<?xml")])
def test_failures_are_drawn_into_a_file(
    dlq: Orders, desk: Desk, pipeline: Pipeline, tmp_path: Path, name: str, begin: bytes
) -> None:
    poison(pipeline, desk, body(new_id(), quantity=0))
    ran = dlq("groups", "--since", "1h", "--plot", str(tmp_path / name))
    assert (ran.code, ran.err) == (Exit.DONE, f"drawn: {tmp_path / name}\n")
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_failures_are_drawn_in_the_terminal(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    poison(pipeline, desk, body(new_id(), quantity=0))
    ran = dlq("groups", "--plot", "-")
    assert ran.code == Exit.DONE
    assert any(block in ran.out for block in "▁▂▃▄▅▆▇█")
    assert "invalid: quantity must be at least 1" in ran.out


def test_a_dead_letter_is_shown_with_its_flaw_its_attempts_and_its_attributes(
    dlq: Orders, desk: Desk, pipeline: Pipeline
) -> None:
    order_id = new_id()
    pipeline.endpoint.sns.publish(
        TopicArn=desk.outputs["topicArn"],
        Message=body(order_id, quantity=0),
        MessageAttributes={"shop": {"DataType": "String", "StringValue": "Genève"}},
    )
    eventually(lambda: desk.visible(desk.dead_letters) == 1, "the dead letter")
    shown = dlq("show", order_id)
    assert shown.code == Exit.DONE
    assert '>   "quantity": 0' in shown.out
    assert shown.out.count("\n>") + shown.out.startswith(">") == 1
    assert "shop (String): Genève" in shown.out
    for attempt in (1, 2, 3):
        assert f"{attempt} of 3 " in shown.out
    assert shown.out.count("invalid: quantity must be at least 1") == 4  # of each attempt, and of another one
    assert "not there" in shown.out
    assert "sent again, it would: fail again: invalid: quantity must be at least 1" in shown.out
    [answered] = dlq("show", only_dead(desk).message_id, "--json").json
    assert [attempt["attempt"] for attempt in answered["attempts"]] == [1, 2, 3]
    assert (answered["orderId"], answered["inTable"], answered["redriveWould"]) == (order_id, None, "invalid")
    assert answered["body"] == only_dead(desk).body


@pytest.mark.parametrize(
    ("there", "forecast"),
    [
        (None, "store a new order"),
        ({"timestamp": MORNING, "status": "paid"}, "update an order"),
        ({"timestamp": EVENING, "status": "paid"}, "nothing: stale"),
        ({}, "nothing: a duplicate"),
        ({"status": "paid"}, "fail again: conflict"),
    ],
    ids=["store", "update", "stale", "duplicate", "conflict"],
)
def test_what_sending_a_letter_again_would_do_is_told_beside_what_the_table_holds(
    dlq: Orders, desk: Desk, there: Mapping[str, object] | None, forecast: str
) -> None:
    order_id = new_id()
    fill(desk, body(order_id))
    if there is not None:
        store(desk, body(order_id, **there))
    shown = dlq("show", order_id).out
    assert f"sent again, it would: {forecast}" in shown
    [heading] = [line for line in shown.splitlines() if line.startswith("dead letter")]
    assert heading.split() == ["dead", "letter", "in", "Orders"]
    [status] = [
        line for line in shown.splitlines() if line.split()[:2] in (['"status":', '"new",'], [">", '"status":'])
    ]
    assert ('"paid"' in status) == (there is not None and "status" in there)
    assert status.startswith(">") == (forecast == "fail again: conflict")
    assert (" not there" in shown) == (there is None)


def test_a_letter_that_is_not_there_is_said_to_be_unknown(dlq: Orders, desk: Desk) -> None:
    fill(desk, body("T-1"))
    for command in (("show", "T-unknown"), ("edit", "T-unknown"), ("redrive", "T-unknown")):
        ran = dlq(*command)
        assert (ran.code, ran.out) == (Exit.NOT_ALL, "")
        assert ran.err == "no dead letter is T-unknown; `orders dlq list` shows all\n"


# Mending


def test_an_edit_without_confirm_shows_the_difference_and_does_nothing(dlq: Orders, desk: Desk) -> None:
    [letter] = fill(desk, body("T-1", quantity=0))
    ran = dlq("edit", "T-1", "--set", "quantity=2")
    assert ran.code == Exit.DONE
    assert '-  "quantity": 0,' in ran.out
    assert '+  "quantity": 2,' in ran.out
    assert "nothing was done: add --confirm" in ran.out
    assert only_dead(desk).digest() == letter.digest()


@pytest.mark.parametrize(
    ("settings", "code", "told"),
    [
        (("quantity=-1",), Exit.USAGE, "not accepted: quantity must be at least 1; nothing was done"),
        (("quantity=1", "timestamp=noon"), Exit.USAGE, "not accepted: timestamp is not an ISO 8601 time"),
        (("quantity=1", "orderId=T-2"), Exit.USAGE, "orderId would be T-2 instead of T-1; --new-order-id lets it"),
        (("quantity=0",), Exit.NOT_ALL, "nothing was changed"),
        (("quantity",), Exit.USAGE, "--set takes FIELD=VALUE, not quantity"),
    ],
    ids=["invalid", "one of two invalid", "another order", "the same", "no value"],
)
def test_an_edit_that_is_not_accepted_says_why_and_does_nothing(
    dlq: Orders, desk: Desk, settings: Sequence[str], code: Exit, told: str
) -> None:
    [letter] = fill(desk, body("T-1", quantity=0))
    sets = [part for setting in settings for part in ("--set", setting)]
    ran = dlq("edit", "T-1", *sets, "--confirm")
    assert ran.code == code
    assert told in ran.err
    assert only_dead(desk).digest() == letter.digest()


def test_a_mended_letter_takes_the_old_ones_place_keeps_its_attributes_and_says_where_it_came_from(
    dlq: Orders, desk: Desk
) -> None:
    [letter] = fill(desk, body("T-1", quantity=0, price=1), attributes=ATTRIBUTES)
    ran = dlq("edit", letter.message_id, "--set", "quantity=2", "--set", "itemName=Täßchen", "--confirm")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    mended = only_dead(desk)
    assert json.loads(mended.body) == json.loads(body("T-1", quantity=2, price=1, itemName="Täßchen"))
    assert mended.attributes == {
        **ATTRIBUTES,
        CAME_FROM: {"DataType": "String", "StringValue": letter.message_id},
    }
    assert mended.message_id in ran.out


def test_an_order_becomes_another_one_where_that_is_asked_for(dlq: Orders, desk: Desk) -> None:
    fill(desk, body("T-1"))
    assert dlq("edit", "T-1", "--set", "orderId=T-2", "--new-order-id", "--confirm").code == Exit.DONE
    assert only_dead(desk).order_id == "T-2"


def test_an_order_is_mended_within_its_envelope(dlq: Orders, desk: Desk) -> None:
    envelope = {"Type": "Notification", "TopicArn": "arn", "Subject": "ä", "Message": body("T-1", quantity=0)}
    fill(desk, json.dumps(envelope))
    assert dlq("edit", "T-1", "--set", "quantity=3", "--confirm").code == Exit.DONE
    mended = json.loads(only_dead(desk).body)
    assert json.loads(mended.pop("Message")) == json.loads(body("T-1", quantity=3))
    assert mended == {name: value for name, value in envelope.items() if name != "Message"}


def test_one_of_several_letters_about_an_order_has_to_be_named_by_its_message_id(dlq: Orders, desk: Desk) -> None:
    letters = fill(desk, body("T-1", quantity=0), body("T-1", quantity=-1))
    ran = dlq("edit", "T-1", "--set", "quantity=1", "--confirm")
    assert ran.code == Exit.USAGE
    assert all(letter.message_id in ran.err for letter in letters)
    assert len(dead(desk)) == 2


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """An $EDITOR that runs this shell script, with the file in $1."""

    def install(script: str) -> None:
        program = tmp_path / "an editor"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"'{program}'")

    return install


SAVES_ANOTHER_FILE = """sed 's/"quantity": 0/"quantity": 5/' "$1" > "$1.new" && mv "$1.new" "$1" """


@pytest.mark.parametrize(("answer", "quantity"), [("y\n", 5), ("n\n", 0)])
def test_a_letter_is_mended_in_an_editor_once_that_is_said(
    dlq: Orders, desk: Desk, editor: Callable[[str], None], answer: str, quantity: int
) -> None:
    editor(SAVES_ANOTHER_FILE)
    fill(desk, body("T-1", quantity=0), attributes=ATTRIBUTES)
    ran = dlq("edit", "T-1", stdin=answer)
    assert ran.code == Exit.DONE
    assert '+  "quantity": 5,' in ran.out
    assert json.loads(only_dead(desk).body)["quantity"] == quantity
    assert len(only_dead(desk).attributes) == 2 + (quantity == 5)


def test_a_body_that_is_no_json_is_mended_in_an_editor(dlq: Orders, desk: Desk, editor: Callable[[str], None]) -> None:
    [letter] = fill(desk, '{"orderId": "T-1"')
    refused = dlq("edit", letter.message_id, "--set", "quantity=1")
    assert (refused.code, refused.err) == (
        Exit.USAGE,
        "the body is no JSON object: mend it in an editor, without --set\n",
    )
    editor(f"cat > \"$1\" <<'END'\n{body('T-1')}\nEND")
    assert dlq("edit", letter.message_id, "--confirm").code == Exit.DONE
    assert json.loads(only_dead(desk).body) == json.loads(body("T-1"))


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [("exit 3", Exit.NOT_ALL, "ended with 3: nothing was done"), ("true", Exit.NOT_ALL, "nothing was changed")],
)
def test_an_editor_that_fails_or_saves_nothing_changes_nothing(
    dlq: Orders, desk: Desk, editor: Callable[[str], None], script: str, code: Exit, told: str
) -> None:
    editor(script)
    [letter] = fill(desk, body("T-1", quantity=0))
    ran = dlq("edit", "T-1", "--confirm")
    assert ran.code == code
    assert told in ran.err
    assert only_dead(desk).digest() == letter.digest()


def test_an_editor_that_is_not_there_is_named(dlq: Orders, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    [letter] = fill(desk, body("T-1"))
    ran = dlq("edit", "T-1")
    assert ran.code == Exit.USAGE
    assert ran.err.startswith("the editor no-such-editor --wait did not start")
    assert only_dead(desk).digest() == letter.digest()


# Sending again


def test_without_confirm_a_redrive_tells_what_would_come_of_it_and_sends_nothing(dlq: Orders, desk: Desk) -> None:
    new, known = new_id(), new_id()
    store(desk, body(known))
    bodies = [body(new), body(known), body("T-bad", quantity=0)]
    fill(desk, *bodies)
    [answered] = dlq("redrive", "--all", "--json").json
    assert answered == {"wouldSend": 3, "wouldComeTo": {"stored": 1, "duplicate": 1, "invalid": 1}}
    ran = dlq("redrive", "--all")
    assert ran.code == Exit.DONE
    assert ran.out.startswith("3 of 3 dead letters; sent now, they would come to:\n")
    assert ran.out.endswith("nothing was sent: add --confirm to send\n")
    assert dead(desk) == sorted(bodies)
    assert desk.hidden(desk.source) + desk.visible(desk.source) == 0


def test_letters_are_chosen_by_order_message_group_class_and_field(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    bad = [new_id() for _ in range(3)]
    poison(pipeline, desk, body(bad[0], quantity=0), body(bad[1], quantity=-5), body(bad[2], userId="", status="paid"))
    letters = fill(desk, *(body(f"T-{number}", status="paid", price=1.50) for number in range(4)))
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
    }.items():
        assert dlq("redrive", *chosen, "--json").json[0]["wouldSend"] == count, chosen
    assert desk.visible(desk.dead_letters) == 7


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name letters by order or message id, choose them with --group, --class or --where, or take --all"),
        (("T-1", "--all"), "name letters, or choose them with options: not both"),
        (("--class", "odd"), "--class is one of invalid, conflict, transient, never executed, not odd"),
        (("--where", "status"), "--where takes FIELD=VALUE, not status"),
        (("--all", "--stop-at", "101%"), "--stop-at takes a share such as 20%, not 101%"),
        (("--all", "--resume"), "--resume those of its run: name none"),
    ],
)
def test_what_cannot_be_chosen_is_named(dlq: Orders, desk: Desk, arguments: Sequence[str], told: str) -> None:
    fill(desk, body("T-1"))
    ran = dlq("redrive", *arguments, "--confirm")
    assert ran.code == Exit.USAGE
    assert told in ran.err
    assert dead(desk) == [body("T-1")]


def test_only_what_was_chosen_is_sent_and_the_rest_stays_as_it_is(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    ids = [new_id() for _ in range(6)]
    bodies = [body(order_id, status="paid" if number % 2 else "new") for number, order_id in enumerate(ids)]
    fill(desk, *bodies)
    ran = dlq("redrive", "--where", "status=paid", "--confirm", "--wait")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert "sent 3: 3 in the table, 0 failed again, 0 not settled\n" in ran.out
    assert dead(desk) == sorted(bodies[::2])
    assert [bool(pipeline.order(order_id)) for order_id in ids] == [False, True] * 3
    assert (desk.visible(desk.dead_letters), desk.hidden(desk.dead_letters)) == (3, 0)


def test_a_mended_order_gets_into_the_table(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    order_id = new_id()
    poison(pipeline, desk, body(order_id, quantity=0))
    assert dlq("edit", order_id, "--set", "quantity=4", "--confirm").code == Exit.DONE
    [listed] = dlq("list", "--json").json
    assert listed["reason"] == "quantity must be at least 1"
    ran = dlq("redrive", order_id, "--confirm", "--wait")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert f"in the table: {order_id}\n" in ran.out
    stored = pipeline.order(order_id)
    assert stored
    assert stored["quantity"] == 4
    assert desk.visible(desk.dead_letters) + desk.hidden(desk.dead_letters) == 0


def test_a_letter_that_comes_back_is_told_with_its_reason(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    order_id = new_id()
    poison(pipeline, desk, body(order_id, quantity=0))
    ran = dlq("redrive", order_id, "--confirm", "--wait")
    assert ran.code == Exit.NOT_ALL
    assert f"failed again: {order_id}: quantity must be at least 1 (message " in ran.out
    assert "sent 1: 0 in the table, 1 failed again, 0 not settled\n" in ran.out
    eventually(lambda: desk.visible(desk.dead_letters) == 1, "the letter, back")
    assert only_dead(desk).message_id in ran.out
    assert only_dead(desk).body == body(order_id, quantity=0)


def test_a_run_that_ctrl_c_stopped_says_how_to_go_on_and_goes_on_at_the_pace_that_is_asked(
    dlq: Orders, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_id() for _ in range(12)]
    fill(desk, *map(body, ids))
    sleeps: list[float] = []

    def stop_at_the_fifth(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "time", SimpleNamespace(sleep=stop_at_the_fifth, monotonic=time.monotonic))
        ran = dlq("redrive", "--all", "--confirm", "--rate", "1")
    assert (ran.code, ran.err) == (130, "stopped in the middle: `orders dlq redrive --resume` goes on with the rest\n")
    ran = dlq("redrive", "--resume", "--wait", "--rate", "100")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    sent_before = 4
    assert f"sent {12 - sent_before}: {12 - sent_before} in the table, 0 failed again, 0 not settled" in ran.out
    assert dlq("redrive", "--resume").code == Exit.NOT_ALL
    begun, _, goes_on, _ = dlq("history", "--json", "--since", "1h").json[-4:]
    assert begun["chosen"] == goes_on["chosen"] == '{"all": true}'
    eventually(
        lambda: all(desk.endpoint.item(desk.outputs["tableName"], {"orderId": one}) for one in ids), "all orders"
    )


def test_whoever_waits_for_a_letter_that_fails_again_finds_it_back_among_the_dead(
    dlq: Orders, desk: Desk, pipeline: Pipeline
) -> None:
    order_id = new_id()
    poison(pipeline, desk, body(order_id, quantity=0))
    [answered] = dlq("redrive", order_id, "--confirm", "--wait", "--json").json
    assert [(failed["orderId"], failed["back"]) for failed in answered["failed"]] == [(order_id, True)]
    assert desk.visible(desk.dead_letters) == 1


def test_where_the_first_letter_fails_again_no_other_is_sent(dlq: Orders, desk: Desk) -> None:
    fill(desk, *(body(f"T-{number}", quantity=0) for number in range(5)))
    [answered] = dlq("redrive", "--all", "--confirm", "--json").json
    assert (answered["sent"], answered["failedAgain"], answered["notSent"]) == (1, 1, 4)
    assert answered["stopped"] == "the first one, sent alone, did not get into the table"
    eventually(lambda: desk.visible(desk.dead_letters) == 5, "all letters, one of them back")
    assert len(set(dead(desk))) == 5


def test_no_more_is_sent_when_too_many_fail_again(dlq: Orders, desk: Desk, pipeline: Pipeline) -> None:
    good = new_id()
    fill(desk, *(body(f"T-{number}", quantity=0) for number in range(80)), body(good))
    ran = dlq("redrive", "--all", "--confirm", "--rate", "4", "--stop-at", "10%", "--json")
    assert ran.code == Exit.NOT_ALL
    [answered] = ran.json
    assert answered["stopped"].endswith("of what was sent failed again")
    assert answered["notSent"] > 0
    assert answered["sent"] + answered["notSent"] == 81
    assert pipeline.order(good)
    eventually(lambda: desk.visible(desk.dead_letters) == 80, "all letters but the good one")
    assert len(set(dead(desk))) == 80


ORDERS = """
import pathlib, sys
import local.running
local.running.NOTE = pathlib.Path(sys.argv.pop(1))
from ops.cli import main
main()
"""


@pytest.mark.usefixtures("dlq")
def test_two_redrives_at_once_bring_every_order_into_the_table(desk: Desk, pipeline: Pipeline, tmp_path: Path) -> None:
    ids = [new_id() for _ in range(60)]
    fill(desk, *map(body, ids))
    command = [sys.executable, "-c", ORDERS, str(tmp_path / "running.json"), "dlq", "redrive", "--all", "--confirm"]
    runs = [
        subprocess.Popen(
            [*command, "--wait", "--json"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [(run.communicate(), run.returncode) for run in runs]
    sent = 0
    for (out, err), code in ended:
        # One may have been so quick that nothing was left for the other.
        assert code == Exit.DONE or "no dead letter is like that" in err, err
        sent += json.loads(out)["inTable"] if out else 0
    assert sent == 60
    assert all(pipeline.order(order_id) for order_id in ids)
    assert desk.visible(desk.dead_letters) + desk.hidden(desk.dead_letters) == 0
    eventually(lambda: not desk.visible(desk.source) + desk.hidden(desk.source), "an empty queue")


# Keeping


def test_letters_are_archived_and_restored_with_all_that_they_said(dlq: Orders, desk: Desk, tmp_path: Path) -> None:
    bodies = [body("T-1"), " \t\r\n ", "ä€😀 \u2028 \x85", "{"]
    letters = fill(desk, *bodies, attributes=ATTRIBUTES)
    file = tmp_path / "letters.jsonl"
    dry = dlq("archive", str(file), "--all")
    assert dry.out == "would archive 4 of 4 dead letters: add --confirm to do it\n"
    assert not file.exists()
    ran = dlq("archive", str(file), "--all", "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, f"archived 4 in {file}, and deleted 4\n")
    assert desk.visible(desk.dead_letters) + desk.hidden(desk.dead_letters) == 0
    kept = [letter for _, letter in read_letters(file) if letter]
    assert {letter.digest() for letter in kept} == {letter.digest() for letter in letters}
    assert file.stat().st_mode & 0o077 == 0

    assert dlq("restore", str(file)).out == "would restore 4 dead letters: add --confirm to do it\n"
    assert dead(desk) == []
    ran = dlq("restore", str(file), "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, f"restored 4 dead letters from {file}\n")
    old = {letter.body: letter.message_id for letter in letters}
    restored = desk.held(desk.dead_letters)
    assert sorted(letter.body for letter in restored) == sorted(bodies)
    for letter in restored:
        mark = {"DataType": "String", "StringValue": old[letter.body]}
        assert letter.attributes == {**ATTRIBUTES, CAME_FROM: mark}

    again = dlq("restore", str(file), "--confirm")
    assert again.code == Exit.NOT_ALL
    assert "4 were restored before, and are left out" in again.err
    assert len(dead(desk)) == 4


def test_a_letter_is_restored_though_the_files_last_line_has_lost_its_end(
    dlq: Orders, desk: Desk, tmp_path: Path
) -> None:
    fill(desk, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "--all", "--confirm")
    file.write_text(file.read_text().rstrip("\n"))
    ran = dlq("restore", str(file), "--confirm")
    assert ran.out == f"restored 2 dead letters from {file}\n"
    assert dead(desk) == [body("T-1"), body("T-2")]


def test_what_is_archived_already_is_not_written_twice(dlq: Orders, desk: Desk, tmp_path: Path) -> None:
    fill(desk, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    ran = dlq("archive", str(file), "T-1", "--keep", "--confirm")
    assert ran.out == f"archived 1 in {file}\n"
    assert dead(desk) == [body("T-1"), body("T-2")]
    dlq("archive", str(file), "--all", "--confirm")
    assert [letter and letter.order_id for _, letter in read_letters(file)] == ["T-1", "T-2"]
    assert dead(desk) == []


def test_a_purge_deletes_only_what_is_archived_and_equal(dlq: Orders, desk: Desk, tmp_path: Path) -> None:
    fill(desk, body("T-1"), body("T-2"), body("T-3"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "T-1", "T-2", "--keep", "--confirm")
    [first, second] = [letter for _, letter in read_letters(file) if letter]
    other = Letter(message_id=second.message_id, body=second.body + " ", attributes={}, system=second.system)
    file.write_text(
        "".join(f'{{"sha256": "{letter.digest()}", "letter": {letter.as_json()}}}\n' for letter in (first, other))
    )
    assert dlq("purge", str(file)).out == "would delete 1 of 3 dead letters: add --confirm to do it\n"
    assert len(dead(desk)) == 3
    ran = dlq("purge", str(file), "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, f"deleted 1 dead letter that {file} holds\n")
    left = [json.loads(letter)["orderId"] for letter in dead(desk)]
    assert sorted([first.order_id or "", *left]) == ["T-1", "T-2", "T-3"]
    assert second.order_id in left


def test_a_damaged_file_is_named_with_its_line_and_nothing_is_deleted_or_restored_for_it(
    dlq: Orders, desk: Desk, tmp_path: Path
) -> None:
    fill(desk, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "--all", "--keep", "--confirm")
    first, second = file.read_text().splitlines()
    file.write_text(f"{first}\n{second.replace('Laptop', 'Leptop')}\n")
    for command in (("purge", str(file)), ("restore", str(file)), ("archive", str(file), "--all")):
        ran = dlq(*command, "--confirm")
        assert ran.code == Exit.USAGE
        assert f"{file} is damaged, line 2: nothing " in ran.err
        assert dead(desk) == [body("T-1"), body("T-2")]
    assert desk.hidden(desk.dead_letters) == 0


@pytest.mark.parametrize("command", ["purge", "restore"])
def test_a_file_that_is_not_there_is_named(dlq: Orders, desk: Desk, tmp_path: Path, command: str) -> None:
    fill(desk, body("T-1"))
    ran = dlq(command, str(tmp_path / "nowhere.jsonl"), "--confirm")
    assert ran.code == Exit.USAGE
    assert str(tmp_path / "nowhere.jsonl") in ran.err
    assert len(ran.err.splitlines()) == 1
    assert dead(desk) == [body("T-1")]


# What was done


def test_the_history_tells_of_each_deed_with_its_reason_and_result(dlq: Orders, desk: Desk, tmp_path: Path) -> None:
    mark = uuid4().hex
    file = str(tmp_path / "letters.jsonl")
    order_id = new_id()
    fill(desk, body(order_id, quantity=0))
    deeds = [
        ("edit", order_id, "--set", "quantity=1"),
        ("archive", file, "--all", "--keep"),
        ("purge", file),
        ("restore", file),
        ("redrive", "--all", "--wait"),
    ]
    for deed in deeds:
        ran = dlq(*deed, "--confirm", "--reason", f"{mark} for {deed[0]}")
        assert ran.code == Exit.DONE, ran
    file_damaged = tmp_path / "damaged.jsonl"
    file_damaged.write_text("damaged\n")
    fill(desk, body("T-1"))
    assert dlq("archive", str(file_damaged), "--all", "--confirm", "--reason", mark).code == Exit.USAGE

    records = [record for record in dlq("history", "--since", "1h", "--json").json if record["why"].startswith(mark)]
    assert [(record["history"], record["step"]) for record in records] == [
        *((deed[0], step) for deed in deeds for step in ("begun", "ended")),
        ("archive", "begun"),
        ("archive", "stopped"),
    ]
    assert all("arn:aws:" in record["who"] for record in records)
    assert records[9]["inTable"] == 1
    assert records[11]["by"] == "UserError"
    assert f"because {mark} for redrive" in dlq("history").out


def test_a_look_leaves_no_trace_in_the_history(dlq: Orders, desk: Desk, tmp_path: Path) -> None:
    fill(desk, body("T-1"))
    before = dlq("history", "--json").out
    for command in (
        ("list",),
        ("groups",),
        ("show", "T-1"),
        ("redrive", "--all"),
        ("archive", str(tmp_path / "x"), "T-1"),
    ):
        assert dlq(*command).code == Exit.DONE
    assert dlq("history", "--json").out == before


# What is not there


def test_a_native_redrive_where_there_is_none_is_one_line(dlq: Orders, desk: Desk) -> None:
    fill(desk, body("T-1"))
    assert dlq("redrive", "--native", "start").out.startswith("nothing was started: add --confirm")
    for what in (("start", "--confirm"), ("status",), ("cancel", "--confirm")):
        ran = dlq("redrive", "--native", *what)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
        assert "cannot be done here" in ran.err
    assert dead(desk) == [body("T-1")]


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
def test_a_queue_that_is_not_there_is_one_line(dlq: Orders, desk: Desk, command: Sequence[str]) -> None:
    note(Running(url=desk.endpoint.url, outputs={**desk.outputs, "deadLetterQueueUrl": f"{desk.dead_letters}-gone"}))
    ran = dlq(*command)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
    assert "found nothing" in ran.err


# Watching


def test_both_queues_and_the_failures_are_watched_and_no_letter_is_hidden(
    dlq: Orders, desk: Desk, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = new_id()
    poison(pipeline, desk, body(order_id, quantity=0))
    hidden: list[int] = []

    def stop_at_the_second(_seconds: float) -> None:
        hidden.append(desk.hidden(desk.dead_letters))
        if len(hidden) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("ops.commands.dead_letters.watching.time", SimpleNamespace(sleep=stop_at_the_second))
    ran = dlq("watch")
    assert ran.code == 130
    assert hidden == [0, 0]
    for told in ("OrderQueue", "OrderDLQ", "quantity must be at least 1", order_id, "3 of 3"):
        assert told in ran.out
