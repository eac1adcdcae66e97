"""Differences of an imported resource that are no differences in AWS."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra import resource_types as types
from ops.review.finding import Verdict
from ops.review.live import Live
from ops.review.preview import Change, read_preview
from ops.review.review import review
from ops.review.settled import settled
from tests.support.previews import preview, step

Inputs = Mapping[str, Any]


def update(before: Inputs, after: Inputs, kind: str = types.QUEUE, **more: Any) -> Change:
    made = step("update", kind, "OrderQueue", before, after)
    made["oldState"]["outputs"] |= more.pop("outputs", {})
    return read_preview(json.dumps({"steps": [made | more]})).changes[0]


def redrive(receives: int | str, space: str = " ") -> str:
    return json.dumps(
        {"deadLetterTargetArn": "arn", "maxReceiveCount": receives}, separators=("," + space, ":" + space)
    )


def test_an_input_that_the_import_left_out_is_taken_from_the_outputs() -> None:
    same = update({}, {"visibilityTimeoutSeconds": 30}, outputs={"visibilityTimeoutSeconds": 30})
    assert settled(same).changed == frozenset()
    raised = update({}, {"visibilityTimeoutSeconds": 60}, outputs={"visibilityTimeoutSeconds": 30})
    assert settled(raised).before["visibilityTimeoutSeconds"] == 30


def test_a_log_that_is_kept_for_ever_is_no_retention_of_zero_days() -> None:
    change = update({}, {"retentionInDays": 30}, types.LOG_GROUP, outputs={"retentionInDays": 0})
    assert "retentionInDays" not in settled(change).before


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [(redrive("3", ""), redrive(3), True), (redrive("5"), redrive(3), False), (redrive(3), "{", False)],
)
def test_documents_are_compared_by_what_they_say(before: str, after: str, *, is_same: bool) -> None:
    change = settled(update({"redrivePolicy": before}, {"redrivePolicy": after}))
    assert (change.changed == frozenset()) is is_same


def test_a_number_that_is_a_text_in_aws_is_compared_as_a_number() -> None:
    made = step("update", types.QUEUE, "OrderQueue", {"redrivePolicy": redrive("2")}, {"redrivePolicy": redrive(3)})
    assert review(preview(made), Live()).verdict is Verdict.SAFE


def test_an_account_number_keeps_its_zeros() -> None:
    one, other = ({"policy": json.dumps({"account": number})} for number in ("000000000012", "12"))
    assert settled(update(one, other)).changed == {"policy"}


def test_what_the_provider_does_not_compare_is_no_change() -> None:
    change = update({"a": 1, "b": 1}, {"b": 2}, detailedDiff={"b": {"kind": "update"}, "tagsAll.x": {"kind": "update"}})
    assert settled(change).changed == {"b"}
    assert settled(update({"a": 1, "b": 1}, {"b": 2})).changed == {"a", "b"}


def test_a_default_of_aws_means_the_same_as_no_value() -> None:
    change = update({"ttl": {"attributeName": "", "enabled": False}}, {"deletionProtectionEnabled": False}, types.TABLE)
    assert settled(change).changed == frozenset()
