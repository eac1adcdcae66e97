"""What the first `pulumi up` after an import does: differences, refusals, and the findings of an adoption."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra import resource_types as types
from ops.adopt.comparison import Difference, differences, read_successful
from ops.adopt.judgement import judge
from ops.errors import InvalidInput
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.preview import UNKNOWN, Preview
from ops.review.review import review
from tests.support.previews import preview, step

ARCHIVE = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", "hash": "f20822b312b0ff"}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}


def read(*steps: Mapping[str, Any]) -> Preview:
    return read_successful(json.dumps({"steps": steps}))


def judged(*steps: Mapping[str, Any]) -> list[Finding]:
    found = read(*steps)
    return list(judge(found, Live(), [change.urn for change in found.changes if change.before], "dev"))


def shown(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    [change] = read(step("update", types.FUNCTION, "OrderProcessor", before, after)).changes
    return [(one.input, one.in_aws, one.declared) for one in differences(change)]


@pytest.mark.parametrize(
    ("name", "before", "after", "in_aws", "declared"),
    [
        ("timeout", 3, 5, "3", "5"),
        ("role", "old", UNKNOWN, "old", "(known after the deployment)"),
        ("code", None, ARCHIVE, "-", "archive f20822b312b0"),
        ("enabled", False, None, "false", "-"),
        ("environment", {"variables": {"PASSWORD": "hunter2"}}, None, "PASSWORD", "-"),
        ("endpoint", "someone@example.com", "arn", "(address)", "arn"),
        ("key", SECRET, "x", "(secret)", "x"),
        ("policy", '{"Statement": []}', '{"Statement": [{}]}', "0 statements", "1 statement"),
        ("scaling", {"maximum": 2}, {"arn": UNKNOWN}, '{"maximum": 2}', '{"arn": "?"}'),
    ],
)
def test_a_difference_shows_both_values_and_no_secret(
    name: str, before: object, after: object, in_aws: str, declared: str
) -> None:
    one, other = ({} if value is None else {name: value} for value in (before, after))
    assert shown(one, other) == [(name, in_aws, declared)]


def test_what_would_be_replaced_cannot_be_adopted() -> None:
    replaced = step("replace", types.TABLE, "Orders", {"rangeKey": "t"}, {}, reasons=["rangeKey"])
    [change] = read(replaced).changes
    assert list(differences(change)) == [Difference(input="rangeKey", in_aws="t", declared="-")]
    [finding] = judged(replaced)
    assert finding.verdict is Verdict.REFUSED
    assert finding.what == "Orders (table) cannot be adopted: rangeKey cannot change"
    assert "rangeKey is t in AWS, and - in the program" in finding.why


def test_a_fifo_topic_is_refused_once_and_only_with_what_forces_it() -> None:
    made = {"fifoTopic": True, "policy": "{}"}
    topic = step("replace", types.TOPIC, "OrderTopic", made, {}, reasons=["fifoTopic"])
    references = {"arn": [topic["urn"]]}
    policy = step("replace", types.TOPIC_POLICY, "OrderTopic", {"arn": "a"}, {}, references, reasons=["arn"])
    [finding] = judged(policy, topic)
    assert finding.what == "OrderTopic (topic) cannot be adopted: fifoTopic cannot change"
    assert finding.why.endswith("create another one: fifoTopic is true in AWS, and - in the program.")
    assert "give it another name" in finding.instead


@pytest.mark.parametrize(
    ("kind", "name", "before", "remedy"),
    [
        (types.QUEUE, "OrderQueue", "OrderQueue", "`pulumi:autonaming: {mode: verbatim}` in Pulumi.dev.yaml"),
        (types.QUEUE, "OrderQueue", "shop-orders", 'Give it its name in the program: name="shop-orders".'),
        (types.ROLE, "OrderProcessor", "OrderProcessor-role-x1", "Leave it out of the stack"),
    ],
)
def test_the_remedy_for_another_name(kind: str, name: str, before: str, remedy: str) -> None:
    made = step("replace", kind, name, {"name": before}, {"name": f"{name}-1a2b3c4"}, reasons=["name"])
    made["oldState"]["outputs"]["name"] = before
    [finding] = judged(made)
    assert remedy in finding.instead


def test_the_rest_is_judged_as_a_review_does() -> None:
    replaced = step("replace", types.TABLE, "Orders", {"rangeKey": "t"}, {}, reasons=["rangeKey"])
    shorter = step("update", types.QUEUE, "OrderQueue", {}, {"messageRetentionSeconds": 60})
    new = step("create", types.QUEUE_POLICY, "OrderUndelivered", after={"policy": UNKNOWN})
    refusal, *others = judged(replaced, shorter, new)
    assert refusal.verdict is Verdict.REFUSED
    assert others == review(preview(shorter, new), Live()).findings


def test_a_preview_that_failed_is_one_line() -> None:
    failed = {"steps": [], "diagnostics": [{"severity": "error", "message": "error: batchSize is 0\n"}]}
    with pytest.raises(InvalidInput) as raised:
        read_successful(json.dumps(failed))
    assert raised.value.lines == ("the preview failed: batchSize is 0",)
