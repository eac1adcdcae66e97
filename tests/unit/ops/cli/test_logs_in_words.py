"""Log records in words."""

from ops.cli.logs import in_words
from ops.log import orders_in

FAILED = {
    "level": "ERROR",
    "timestamp": "2026-11-23T09:13:09.035+00:00",
    "messageId": "m1",
    "orderId": "O1…9",
    "attempt": 1,
    "maxAttempts": 3,
    "errorClass": "invalid",
    "reason": "orderId is longer than 2048 bytes",
    "omitted": {"orderId": 900_000},
}


def test_a_shortened_record_says_so() -> None:
    assert "\n".join(in_words(FAILED)) == (
        "2026-11-23 09:13:09.035  ERROR    "
        "O1…9 failed, attempt 1 of 3: orderId is longer than 2048 bytes (invalid) (shortened)"
    )
    assert orders_in(FAILED) == []


def test_a_record_that_many_failures_share_counts_its_messages() -> None:
    shared = {**FAILED, "messageIds": ["m1", "m2"], "reason": "not JSON"}
    del shared["orderId"], shared["messageId"]
    assert "  2 messages failed, attempt 1 of 3: not JSON (invalid) (shortened)" in "\n".join(in_words(shared))
