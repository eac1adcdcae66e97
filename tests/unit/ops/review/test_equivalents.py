"""Statements of the console that mean the same as those of the program's queue policy, or nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.ops.review.test_policies import findings

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


@pytest.mark.parametrize("operator", ["ArnLike", "ArnEquals", "StringEquals", "StringLike"])
@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}, {"Service": "sns.amazonaws.com"}])
def test_the_console_s_statement_for_the_topic_is_the_program_s(operator: str, principal: object) -> None:
    console = {**CONSOLE, "Principal": principal, "Condition": {operator: {"aws:SourceArn": TOPIC}}}
    assert findings([console], [PROGRAM]) == findings([PROGRAM], [console]) == []
    assert findings([console, PROGRAM], [PROGRAM, console]) == findings([console], [console, PROGRAM]) == []


@pytest.mark.parametrize("account", ["arn:aws:iam::123456789012:root", "123456789012"])
def test_the_own_account_needs_no_statement(account: str) -> None:
    owner = {**OWNER, "Principal": {"AWS": account}}
    assert findings([owner, PROGRAM], [PROGRAM]) == findings([PROGRAM], [owner, PROGRAM]) == []


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
    assert findings([other], [PROGRAM])
    assert findings([PROGRAM], [other])
