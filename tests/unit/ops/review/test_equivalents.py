"""Statements of the console that the program's queue policy makes up for."""

from collections.abc import Mapping
from typing import Any

import pytest

from ops.review.rules.equivalents import without_equivalents

QUEUE, TOPIC = "arn:aws:sqs:eu-west-1:123456789012:OrderQueue", "arn:aws:sns:eu-west-1:123456789012:OrderTopic"
OWNER = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "SQS:*",
    "Resource": QUEUE,
}
CONSOLE: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": "SQS:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnLike": {"aws:SourceArn": TOPIC}},
}
PROGRAM = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
}


def left(before: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return without_equivalents([before], [PROGRAM])


def test_the_console_s_statement_for_the_topic_is_the_program_s() -> None:
    assert left(CONSOLE) == []


def test_two_equivalent_statements_stay_two() -> None:
    assert without_equivalents([CONSOLE, PROGRAM], [PROGRAM, CONSOLE]) == []


def test_a_statement_that_allows_more_than_its_equivalent_stays() -> None:
    wider = {**PROGRAM, "Action": ["sqs:SendMessage", "sqs:PurgeQueue"]}
    assert without_equivalents([wider], [CONSOLE]) == [wider]
    assert without_equivalents([CONSOLE], [wider]) == []


@pytest.mark.parametrize("account", ["arn:aws:iam::123456789012:root", "123456789012"])
def test_the_own_account_needs_no_statement(account: str) -> None:
    assert left({**OWNER, "Principal": {"AWS": account}}) == []


@pytest.mark.parametrize(
    "other",
    [
        {**OWNER, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        {**OWNER, "Principal": {"AWS": "arn:aws:iam::123456789012:user/shop"}},
        {**OWNER, "Effect": "Deny"},
        {**CONSOLE, "Condition": {"ArnLike": {"aws:SourceArn": f"{TOPIC}2"}}},
        {**CONSOLE, "Action": ["SQS:SendMessage", "SQS:PurgeQueue"]},
        {**CONSOLE, "Resource": f"{QUEUE}2"},
        {**CONSOLE, "Condition": {"Bool": {"aws:SourceArn": TOPIC}}},
        {**CONSOLE, "Effect": "Deny"},
        {**CONSOLE, "Condition": {"ArnLike": {"aws:SourceArn": [TOPIC, f"{TOPIC}2"]}}},
        {**CONSOLE, "Condition": {**CONSOLE["Condition"], "Bool": {"aws:SecureTransport": "true"}}},
        {**{name: value for name, value in OWNER.items() if name != "Resource"}, "NotResource": QUEUE},
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"},
    ],
)
def test_whatever_else_it_allows_or_denies_stays_a_difference(other: Mapping[str, Any]) -> None:
    assert left(other) == [other]
