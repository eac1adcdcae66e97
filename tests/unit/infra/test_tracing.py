"""Active tracing: who records traces, and what permits it."""

import pytest

from infra.resource_types import FUNCTION, ROLE_POLICY, TOPIC, TRACE_POLICY
from tests.support.arns import ACCOUNT, arn
from tests.support.recorder import Program, recorded


@pytest.fixture(scope="module")
def traced() -> Program:
    return recorded("dev", {"activeTracing": "true"})


def test_without_the_setting_nothing_is_recorded_and_nothing_permitted(dev: Program) -> None:
    # Both modes are declared: the AWS provider would not turn tracing off for an input that is missing.
    assert [dev.one(TOPIC, name).inputs["tracingConfig"] for name in ("OrderTopic", "OrderEvents")] == [
        "PassThrough",
        "PassThrough",
    ]
    assert [one.inputs["tracingConfig"] for one in dev.all(FUNCTION)] == [{"mode": "PassThrough"}] * 2
    assert dev.all(TRACE_POLICY) == []
    assert [one.name for one in dev.all(ROLE_POLICY) if "xray" in one.inputs["policy"]] == []


def test_alerts_are_no_part_of_an_order_s_way(traced: Program) -> None:
    assert "tracingConfig" not in traced.one(TOPIC, "OrderAlerts").inputs


def test_sns_may_record_deliveries_of_these_topics_for_this_account(traced: Program) -> None:
    [statement] = traced.one(TRACE_POLICY, "OrderTracing").document("policyDocument")["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Action"] == ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTraceSegments"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": [arn(TOPIC, "OrderTopic"), arn(TOPIC, "OrderEvents")]},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }


def test_without_events_the_topic_of_orders_is_the_only_one() -> None:
    program = recorded("dev", {"activeTracing": "true", "orderEvents": "false"})
    [statement] = program.one(TRACE_POLICY).document("policyDocument")["Statement"]
    assert statement["Condition"]["ArnEquals"] == {"aws:SourceArn": [arn(TOPIC, "OrderTopic")]}


@pytest.mark.parametrize("function", ["OrderProcessor", "OrderNotifier"])
def test_a_function_may_record_before_it_does(traced: Program, function: str) -> None:
    permission = traced.one(ROLE_POLICY, f"{function}MayTrace")
    [statement] = permission.document("policy")["Statement"]
    assert statement["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    assert permission.urn in traced.one(FUNCTION, function).dependencies
