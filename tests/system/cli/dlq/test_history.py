"""`orders dlq history` on the emulator."""

from pathlib import Path
from uuid import uuid4

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, fill, new_id
from tests.support.orders import body


def test_the_history_shows_each_change_with_its_reason_and_result(
    dlq: Orders, queues: OrderQueues, tmp_path: Path
) -> None:
    mark = uuid4().hex
    file = str(tmp_path / "letters.jsonl")
    order_id = new_id()
    fill(queues, body(order_id, quantity=0))
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
    fill(queues, body("T-1"))
    assert dlq("archive", str(file_damaged), "--all", "--confirm", "--reason", mark).code == Exit.USAGE

    records = [record for record in dlq("history", "--since", "1h", "--json").json if record["why"].startswith(mark)]
    assert [(record["history"], record["step"]) for record in records] == [
        *((deed[0], step) for deed in deeds for step in ("begun", "ended")),
        ("archive", "begun"),
        ("archive", "stopped"),
    ]
    assert all("arn:aws:" in record["who"] for record in records)
    begun = [record for record in records[:10] if record["step"] == "begun" and record["history"] != "edit"]
    assert [list(record["named"].values()) for record in begun] == [[order_id]] * 4
    assert records[9]["inTable"] == 1
    assert records[11]["error"] == "UserError"
    assert f"because {mark} for redrive" in " ".join(dlq("history").out.split())


def test_a_look_leaves_no_trace_in_the_history(dlq: Orders, queues: OrderQueues, tmp_path: Path) -> None:
    fill(queues, body("T-1"))
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
