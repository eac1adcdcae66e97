"""`orders logs` in words: records that are complete, shortened, partial or of other types."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ops.cli.logs import in_words
from ops.log.lines import Source, line_of, orders_in
from tests.support.corruption import changes

FAILED = {
    "level": "ERROR",
    "service": "orders",
    "message": "order failed",
    "timestamp": "2025-05-03T12:00:00.000+00:00",
    "messageId": "m1",
    "orderId": "O1…9",
    "attempt": 1,
    "maxAttempts": 3,
    "errorClass": "invalid",
    "reason": "orderId is longer than 2048 bytes",
    "omitted": {"orderId": 900_000},
}
BATCH = {
    "level": "INFO",
    "service": "orders",
    "message": "batch processed",
    "timestamp": FAILED["timestamp"],
    "stored": ["O1"],
    "OrdersStored": [1],
}


def shown(record: Mapping[str, object]) -> str:
    return "\n".join(in_words(line_of({"message": json.dumps(record)})))


def test_a_shortened_record_says_so() -> None:
    assert shown(FAILED) == (
        "2025-05-03 12:00:00.000  ERROR    "
        "O1…9 failed, attempt 1 of 3: orderId is longer than 2048 bytes (invalid) (shortened)"
    )
    assert orders_in(FAILED) == []


def test_a_record_that_many_failures_share_counts_its_messages() -> None:
    shared = {**FAILED, "messageIds": ["m1", "m2"], "reason": "not JSON"}
    del shared["orderId"], shared["messageId"]
    assert "  2 messages failed, attempt 1 of 3: not JSON (invalid) (shortened)" in shown(shared)


@pytest.mark.parametrize("record", [FAILED, BATCH], ids=["failed", "batch"])
@pytest.mark.parametrize("wrong", [None, 5, [], {}, [5, None]], ids=str)
def test_a_record_of_any_types_can_be_shown(record: dict[str, Any], wrong: object) -> None:
    for name in record:
        changed = {**record, name: wrong}
        assert shown(changed)
        if line_of({"message": json.dumps(changed)}).source is Source.PROCESSOR:
            assert all(isinstance(order_id, str) for order_id in orders_in(changed))
        del changed[name]
        assert shown(changed)


def test_a_record_with_damage_at_any_byte_can_be_shown() -> None:
    for damaged in changes(json.dumps(FAILED).encode()):
        assert "\n".join(in_words(line_of({"message": damaged.decode(errors="replace")})))
