"""What the first `pulumi up` after an import does: differences, refusals, and the findings of an adoption."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from infra import resource_types as types
from ops.adopt.comparison import Difference, differences, read_changes
from ops.adopt.judgement import judge
from ops.errors import InvalidInput
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.preview import UNKNOWN
from tests.support.previews import step, urn

ARCHIVE = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", "hash": "f20822b312b0ff"}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}
REPORTS = {"functionResponseTypes": ["ReportBatchItemFailures"]}
LOG = "/aws/lambda/OrderProcessor"


def judged(*steps: Mapping[str, Any], log_age: timedelta | None = None) -> list[Finding]:
    changes = read_changes(json.dumps({"steps": steps}))
    adopted = [change.urn for change in changes if change.before]
    ages = {urn(types.LOG_GROUP, LOG): log_age} if log_age else {}
    return list(judge(changes, Live(), adopted, ages, "dev"))


def shown(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    [change] = read_changes(json.dumps({"steps": [step("update", types.FUNCTION, "OrderProcessor", before, after)]}))
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
    [change] = read_changes(
        json.dumps({"steps": [step("replace", types.TABLE, "Orders", {"rangeKey": "t"}, {}, reasons=["rangeKey"])]})
    )
    assert list(differences(change)) == [Difference(input="rangeKey", in_aws="t", declared="-")]
    [finding] = judged(step("replace", types.TABLE, "Orders", {"rangeKey": "t"}, {}, reasons=["rangeKey"]))
    assert finding.verdict is Verdict.REFUSED
    assert finding.what == "Orders (table) cannot be adopted: rangeKey cannot change"
    assert "rangeKey is t in AWS, and - in the program" in finding.why


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


FUNCTION = step("update", types.FUNCTION, "OrderProcessor", {"role": "arn/old"}, {"code": ARCHIVE, "role": UNKNOWN})


def test_new_code_and_a_new_role_are_told_instead_of_each_of_their_inputs() -> None:
    findings = judged(FUNCTION)
    assert [one.what for one in findings] == [
        "replaces the code of OrderProcessor",
        "gives OrderProcessor the role of the stack instead of old",
    ]
    assert {one.verdict for one in findings} == {Verdict.LOOK}


@pytest.mark.parametrize(
    ("before", "loses"), [({}, True), ({"enabled": True}, True), ({"enabled": False}, False), (REPORTS, False)]
)
def test_an_enabled_mapping_that_ignores_reports_loses_orders_when_the_code_changes(
    before: Mapping[str, Any], *, loses: bool
) -> None:
    mapping = step("update", types.MAPPING, "OrderProcessor", {"batchSize": 10, **before}, {"batchSize": 5, **REPORTS})
    mapping["oldState"]["outputs"]["uuid"] = "1234"
    found = [one for one in judged(FUNCTION, mapping) if one.verdict is Verdict.LOSES]
    assert [one.what for one in found] == [
        "replaces the code of OrderProcessor while its event source mapping is enabled"
    ] * loses
    assert all(one.instead.endswith("--no-enabled --uuid 1234`") for one in found)


@pytest.mark.parametrize(
    ("age", "verdicts"),
    [(timedelta(days=29), []), (timedelta(days=31), [Verdict.LOSES]), (None, [Verdict.LOSES])],
)
def test_a_log_younger_than_its_retention_loses_no_record(age: timedelta | None, verdicts: list[Verdict]) -> None:
    made = step("update", types.LOG_GROUP, LOG, {"name": LOG}, {"name": LOG, "retentionInDays": 30})
    assert [one.verdict for one in judged(made, log_age=age)] == verdicts


def test_of_new_resources_only_what_makes_others_worse_is_told() -> None:
    topic = step("same", types.TOPIC, "OrderTopic", {}, {})
    policy = step("create", types.ROLE_POLICY, "OrderProcessor", after={"policy": UNKNOWN})
    dashboard = step("create", types.QUEUE_POLICY, "OrderUndelivered", after={"policy": UNKNOWN})
    assert judged(topic, policy, dashboard) == []


def test_a_preview_that_failed_is_one_line() -> None:
    failed = {"steps": [], "diagnostics": [{"severity": "error", "message": "error: batchSize is 0\n"}]}
    with pytest.raises(InvalidInput) as raised:
        read_changes(json.dumps(failed))
    assert raised.value.lines == ("the preview failed: batchSize is 0",)
