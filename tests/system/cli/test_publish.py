"""`orders publish` on the emulator."""

import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.local_system import LocalSystem, save_local_system
from tests.support.command import Orders
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_orders_are_published_from_a_file_and_get_into_the_table(
    here: Orders, pipeline: Pipeline, tmp_path: Path
) -> None:
    ids = [f"T-{uuid4()}" for _ in range(12)]
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join(map(body, ids)))
    ran = here("publish", str(file))
    assert (ran.code, ran.out, ran.err) == (Exit.DONE, "accepted 12 of 12 orders\n", "")
    eventually(lambda: all(pipeline.order(order_id) for order_id in ids), "all orders in the table")


def test_a_flaw_is_reported_with_its_position_and_nothing_is_published(here: Orders, pipeline: Pipeline) -> None:
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
        assert here("publish", "--sample", "3", "--json").json == [{"accepted": 3, "rejected": []}]
    eventually(lambda: pipeline.stored() == before + 6, "six more orders in the table")


def test_a_missing_topic_is_reported_and_is_not_a_success(here: Orders, pipeline: Pipeline) -> None:
    save_local_system(
        LocalSystem(
            url=pipeline.clients.emulator_url,
            outputs={**pipeline.outputs, "topicArn": pipeline.outputs["topicArn"] + "x"},
        )
    )
    ran = here("publish", "--sample", "1")
    assert ran.code == Exit.NO_ACCESS
    assert "PublishBatch found nothing" in ran.err


def test_samples_are_not_made_before_the_first_of_them_is_published(here: Orders, pipeline: Pipeline) -> None:
    outputs = {**pipeline.outputs, "topicArn": pipeline.outputs["topicArn"] + "x"}
    save_local_system(LocalSystem(url=pipeline.clients.emulator_url, outputs=outputs))
    tracemalloc.start()
    try:
        assert here("publish", "--sample", "1000000").code == Exit.NO_ACCESS
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "give either a file (- for standard input) or --sample with a number"),
        (("x.json", "--sample", "1"), "give either a file"),
        (("nowhere.json",), "nowhere.json cannot be read: No such file or directory"),
        (("-",), "standard input contains no order"),
    ],
)
def test_what_cannot_be_published_is_named(here: Orders, arguments: tuple[str, ...], expected: str) -> None:
    ran = here("publish", *arguments)
    assert ran.code == Exit.USAGE
    assert expected in ran.err


def test_a_file_that_is_not_text_is_named(here: Orders, tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_bytes(b"\xff\xfe")
    ran = here("publish", str(file))
    assert (ran.code, ran.err) == (Exit.USAGE, f"{file} is not UTF-8: invalid start byte at byte 0\n")


def test_orders_are_published_with_their_message_groups(here: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator drops the groups of a batch (docs/conformance.md), so the test reads the request."""
    entries: list[Any] = []

    def record(params: Mapping[str, Any], **_: object) -> None:
        entries.extend(params["PublishBatchRequestEntries"])

    connect = Clients._client

    def recording(clients: Clients, service: str) -> Any:
        client = connect(clients, service)
        client.meta.events.register("provide-client-params.sns.PublishBatch", record)
        return client

    monkeypatch.setattr(Clients, "_client", recording)
    assert here("publish", "-", "--group-by", "userId", stdin=body(f"T-{uuid4()}")).code == Exit.DONE
    assert here("publish", "-", stdin=body(f"T-{uuid4()}")).code == Exit.DONE
    assert [entry.get("MessageGroupId") for entry in entries] == ["U123", None]
