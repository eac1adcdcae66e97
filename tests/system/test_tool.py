"""The `orders` command on the emulator: every command, what it prints, and how it ends."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from local import running
from local.pipeline import Pipeline
from local.running import Running, forget, note
from ops.errors import Exit
from tests.support.command import Orders, Ran, run_orders
from tests.support.orders import body
from tests.support.waiting import eventually


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Orders:
    """Runs the command, with nothing running on this machine."""
    monkeypatch.setattr(running, "NOTE", tmp_path / "running.json")

    def run(*arguments: str, stdin: str = "") -> Ran:
        return run_orders(monkeypatch, capsys, *arguments, stdin=stdin)

    return run


@pytest.fixture
def here(orders: Orders, pipeline: Pipeline) -> Orders:
    """Runs the command beside a running system."""
    note(Running(url=pipeline.endpoint.url, outputs=pipeline.outputs))
    return orders


def stored_order(here: Orders, pipeline: Pipeline, **changes: object) -> str:
    order_id = f"T-{uuid4()}"
    assert here("publish", "-", stdin=body(order_id, **changes)).code == Exit.DONE
    eventually(lambda: pipeline.order(order_id), "the order in the table")
    return order_id


def test_orders_are_published_from_a_file_and_get_into_the_table(
    here: Orders, pipeline: Pipeline, tmp_path: Path
) -> None:
    ids = [f"T-{uuid4()}" for _ in range(12)]
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join(map(body, ids)))
    ran = here("publish", str(file))
    assert (ran.code, ran.out, ran.err) == (Exit.DONE, "accepted 12 of 12 orders\n", "")
    eventually(lambda: all(pipeline.order(order_id) for order_id in ids), "all orders in the table")


def test_a_flaw_is_told_with_its_place_and_nothing_is_published(here: Orders, pipeline: Pipeline) -> None:
    good = f"T-{uuid4()}"
    ran = here("publish", "-", stdin=f"{body(good)}\n{body('T-bad', quantity=0)}")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "standard input:2:" in ran.err
    assert "quantity must be at least 1\nnothing was published" in ran.err
    eventually(lambda: pipeline.waiting("queueUrl") == 0, "an empty queue")
    assert pipeline.order(good) is None


def test_samples_are_new_orders_each_time(here: Orders, pipeline: Pipeline) -> None:
    before = pipeline.stored()
    for _ in range(2):
        assert here("publish", "--sample", "3", "--json").json == [{"accepted": 3, "refused": []}]
    eventually(lambda: pipeline.stored() == before + 6, "six more orders in the table")


def test_a_topic_that_is_not_there_is_told_and_is_not_a_success(here: Orders, pipeline: Pipeline) -> None:
    note(
        Running(url=pipeline.endpoint.url, outputs={**pipeline.outputs, "topicArn": pipeline.outputs["topicArn"] + "x"})
    )
    ran = here("publish", "--sample", "1")
    assert ran.code == Exit.NO_ACCESS
    assert "PublishBatch found nothing" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a file (- for standard input), or --sample with a number"),
        (("x.json", "--sample", "1"), "one of the two"),
        (("nowhere.json",), "nowhere.json cannot be read: No such file or directory"),
        (("-",), "standard input holds no order"),
    ],
)
def test_what_cannot_be_published_is_named(here: Orders, arguments: tuple[str, ...], told: str) -> None:
    ran = here("publish", *arguments)
    assert ran.code == Exit.USAGE
    assert told in ran.err


def test_a_file_that_is_not_text_is_named(here: Orders, tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_bytes(b"\xff\xfe")
    ran = here("publish", str(file))
    assert (ran.code, ran.err) == (Exit.USAGE, f"{file} is not UTF-8: invalid start byte at byte 0\n")


def test_an_order_is_shown_for_people_and_for_machines(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline, gift=True)
    shown = here("get", order_id)
    assert shown.code == Exit.DONE
    assert f"orderId         {order_id}" in shown.out
    assert "gift            true" in shown.out
    [answered] = here("get", order_id, "--json").json
    assert (answered["orderId"], answered["quantity"], answered["gift"]) == (order_id, 1, True)


def test_numbers_keep_their_digits(here: Orders, pipeline: Pipeline) -> None:
    order_id = f"T-{uuid4()}"
    written = f'{body(order_id)[:-1]}, "price": 19.990000000000000000001}}'
    assert here("publish", "-", stdin=written).code == Exit.DONE
    eventually(lambda: pipeline.order(order_id), "the order in the table")
    assert '"price": 19.990000000000000000001,' in here("get", order_id, "--json").out


def test_an_order_cannot_write_into_the_terminal(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline, itemName="\x1b[2Jx\n2026-01-01  INFO  forged")
    for shown in (here("get", order_id).out, here("list", "--limit", "1000").out):
        assert "\\x1b[2Jx\\n2026-01-01  INFO  forged" in shown
        assert "\x1b" not in shown


def test_an_order_id_is_not_empty(here: Orders) -> None:
    ran = here("get", "")
    assert (ran.code, ran.err) == (Exit.USAGE, "an order id has at least one character\n")


def test_an_unknown_order_is_said_to_be_unknown(here: Orders) -> None:
    ran = here("get", "T-unknown")
    assert (ran.code, ran.out, ran.err) == (Exit.NOT_ALL, "", "there is no order T-unknown in Orders\n")


def test_orders_are_listed_by_status_and_user_and_up_to_a_limit(here: Orders, pipeline: Pipeline) -> None:
    user = f"U-{uuid4()}"
    mine = {stored_order(here, pipeline, userId=user, status=status) for status in ("new", "paid", "paid")}
    assert {order["orderId"] for order in here("list", "--user", user, "--json").json} == mine
    assert len(here("list", "--user", user, "--status", "paid", "--json").json) == 2
    assert len(here("list", "--limit", "2", "--json").json) == 2
    heading, *rows = here("list", "--user", user).out.splitlines()
    assert heading.split() == ["orderId", "userId", "itemName", "quantity", "status", "timestamp"]
    assert len(rows) == 3


def test_an_empty_list_says_so(here: Orders) -> None:
    ran = here("list", "--status", "no such status")
    assert (ran.code, ran.out, ran.err) == (Exit.NOT_ALL, "", "no order was found\n")


def test_the_log_of_an_order_tells_its_way(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline)
    pipeline.publish([body(order_id, quantity=0)])
    eventually(lambda: len(here("logs", "--order", order_id).out.splitlines()) == 4 or None, "all of its records")
    stored, *failures = here("logs", "--order", order_id, "--since", "10m").out.splitlines()
    assert f"INFO     stored {order_id}" in stored
    for attempt, failure in enumerate(failures, 1):
        assert f"{order_id} failed, attempt {attempt} of 3: quantity must be at least 1 (invalid)" in failure
    records = here("logs", "--order", order_id, "--json").json
    assert [record["level"] for record in records].count("ERROR") == 3


def test_a_log_that_has_nothing_says_since_when(here: Orders) -> None:
    ran = here("logs", "--order", "T-unknown", "--since", "2026-01-01T00:00:00+00:00")
    assert ran.code == Exit.NOT_ALL
    assert ran.err == "the log has nothing about T-unknown since 2026-01-01 00:00:00 UTC\n"


@pytest.mark.parametrize("when", ["yesterday", "5000000d", "99999999999d"])
def test_a_time_that_is_none_is_named(here: Orders, when: str) -> None:
    ran = here("logs", "--since", when)
    assert (ran.code, ran.err) == (Exit.USAGE, f"--since takes 90s, 15m, 2h, 7d or an ISO 8601 time, not {when}\n")


def test_an_order_whose_id_a_log_pattern_cannot_hold_is_found_in_the_log(here: Orders, pipeline: Pipeline) -> None:
    order_id = f'T-"é\\ {uuid4()}'
    pipeline.publish([body(order_id)])
    eventually(lambda: here("logs", "--order", order_id).code == Exit.DONE, "its log record")
    assert "stored T-" in here("logs", "--order", order_id).out


def test_the_log_is_followed(here: Orders, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = stored_order(here, pipeline)
    later: list[str] = []

    def publish_then_stop(_seconds: float) -> None:
        if later:
            raise KeyboardInterrupt
        later.append(stored_order_quietly(pipeline))

    monkeypatch.setattr("ops.log.time", SimpleNamespace(sleep=publish_then_stop))
    ran = here("logs", "--follow", "--since", "5m")
    assert ran.code == 130
    assert ran.out.count(f"stored {order_id}") == 1
    assert ran.out.count(f"stored {later[0]}") == 1


def stored_order_quietly(pipeline: Pipeline) -> str:
    """Not through the command, whose output is being read."""
    order_id = f"T-{uuid4()}"
    pipeline.publish([body(order_id)])
    eventually(lambda: list(pipeline.log_records_of(order_id)), "its log record")
    return order_id


def test_the_status_tells_of_queues_feed_failures_and_budget(here: Orders, pipeline: Pipeline) -> None:
    pipeline.publish([body(f"T-{uuid4()}", quantity=0)])
    eventually(pipeline.dead_letters, "the dead letter")

    def read() -> dict[str, Any]:
        [answered] = here("status", "--json").json
        return answered

    answered = read()
    queues = {queue["name"]: queue for queue in answered["queues"]}
    assert queues.keys() == {"OrderQueue", "OrderDLQ", "OrderUndelivered"}
    assert queues["OrderDLQ"]["visible"] + queues["OrderDLQ"]["in_flight"] >= 1
    assert answered["mapping"] == "Enabled"
    assert answered["recent_failures"]["quantity must be at least 1"] >= 3
    assert answered["delivery_budget"] == pipeline.outputs["deliveryBudget"]
    assert sorted(answered["alarms"]) == sorted(pipeline.outputs["alarmNames"])
    page = here("status").out
    for told in (
        "OrderDLQ",
        "Enabled",
        "alarms",
        "x quantity must be at least 1",
        "set aside after",
        "orders a second",
    ):
        assert told in page


def test_the_status_is_watched_until_it_is_stopped(here: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []

    def stop_after_two(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("ops.commands.status.time", SimpleNamespace(sleep=stop_after_two))
    ran = here("status", "--watch")
    assert ran.code == 130
    assert "OrderQueue" in ran.out


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "publish": ("--sample", "1"),
    "get": ("O1",),
    "list": (),
    "logs": (),
    "status": (),
}


@pytest.mark.parametrize(("command", "arguments"), COMMANDS.items())
def test_without_a_running_system_each_command_says_how_to_get_one(
    orders: Orders, command: str, arguments: tuple[str, ...]
) -> None:
    ran = orders(command, *arguments)
    assert (ran.code, ran.out) == (Exit.NO_ACCESS, "")
    assert ran.err == ("no system runs on this machine: start one with `orders local`, or name a stack with --stack\n")


@pytest.mark.parametrize(("command", "arguments"), COMMANDS.items())
def test_a_stack_that_is_not_there_is_named(orders: Orders, command: str, arguments: tuple[str, ...]) -> None:
    ran = orders(command, *arguments, "--stack", "nowhere")
    assert (ran.code, ran.err) == (Exit.USAGE, "there is no stack nowhere: Pulumi.nowhere.yaml is missing\n")


def test_a_system_that_ends_leaves_the_note_of_another_alone(orders: Orders, pipeline: Pipeline) -> None:
    note(Running(url=pipeline.endpoint.url, outputs=pipeline.outputs))
    forget("http://127.0.0.1:9")
    assert orders("list", "--limit", "1").code == Exit.DONE
    forget(pipeline.endpoint.url)
    assert orders("list", "--limit", "1").code == Exit.NO_ACCESS


def test_what_a_killed_system_left_behind_is_not_taken_for_a_running_one(orders: Orders, pipeline: Pipeline) -> None:
    note(Running(url="http://127.0.0.1:9", outputs=pipeline.outputs))
    assert orders("status").code == Exit.NO_ACCESS


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """A `pulumi` that runs this shell script, and no other program on PATH."""

    def install(script: str) -> None:
        program = tmp_path / "bin/pulumi"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return install


def test_the_outputs_of_a_deployed_stack_say_where_it_is(
    orders: Orders, pipeline: Pipeline, pulumi: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi(f"echo '{json.dumps(pipeline.outputs)}'")
    for name, value in {
        "AWS_ENDPOINT_URL": pipeline.endpoint.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    ran = orders("status", "--stack", "dev")
    assert ran.code == Exit.DONE
    assert "dev" in ran.out


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo '{}'", "stack dev has no outputs: deploy it with `pulumi up --stack dev`"),
        ("echo 'error: no stack named dev' >&2; exit 1", "failed: error: no stack named dev"),
        ("exit 7", "failed: exit code 7"),
    ],
)
def test_what_pulumi_says_is_passed_on(orders: Orders, pulumi: Callable[[str], None], script: str, told: str) -> None:
    pulumi(script)
    ran = orders("status", "--stack", "dev")
    assert ran.code == Exit.NO_ACCESS
    assert told in ran.err


def test_without_the_pulumi_cli_a_stack_cannot_be_read(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = orders("status", "--stack", "dev")
    assert (ran.code, ran.err) == (
        Exit.NO_ACCESS,
        "`pulumi` is not on PATH: --stack reads the stack's outputs with it\n",
    )


def test_without_credentials_a_deployed_stack_says_how_to_log_in(
    orders: Orders, pipeline: Pipeline, pulumi: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi(f"echo '{json.dumps(pipeline.outputs)}'")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ran = orders("get", "O1", "--stack", "dev")
    assert ran.code == Exit.NO_ACCESS
    assert ran.err.startswith("there are no AWS credentials: log in, for example with `aws sso login`")
