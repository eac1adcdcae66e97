"""What is found in AWS, on moto, with resources made by hand."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra import resource_types as types
from infra.project import ROOT
from ops.adopt import calls
from ops.adopt.declared import Program
from ops.adopt.lookup import Lookup, look_up
from ops.adopt.others import find_others
from ops.clients import Clients
from ops.errors import InvalidInput
from ops.review.finding import Verdict
from tests.support.handmade import Handmade, make_by_hand
from tests.support.small_program import (
    FUNCTION,
    QUEUE,
    REGION,
    STEPS,
    TOPIC,
    component,
    declares,
    present,
    program,
    urn,
)

MAPPING, TABLE = urn(types.MAPPING, "OrderProcessor"), urn(types.TABLE, "Orders")
SUBSCRIPTION = urn(types.SUBSCRIPTION, "OrderSubscription")
ALLOWED = declares(types.ALLOW_POLICY, "OrderDLQ", {}, queueUrl=urn(types.QUEUE, "OrderDLQ"))
"""Moto does not know the attribute that a lookup of this policy reads."""


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        yield


@pytest.fixture
def handmade() -> Handmade:
    return make_by_hand(Clients(REGION))


def looked_up(declared: Program, **answers: str) -> Lookup:
    return look_up(declared, Clients, answers)


def test_what_was_made_by_hand_is_found_with_the_id_that_an_import_needs(handmade: Handmade) -> None:
    assert looked_up(program()).ids == {
        QUEUE: handmade.queue_url,
        urn(types.QUEUE, "OrderDLQ"): handmade.dead_letters_url,
        urn(types.QUEUE_POLICY, "OrderQueue"): handmade.queue_url,
        urn("aws:sqs/redrivePolicy:RedrivePolicy", "OrderQueue"): handmade.queue_url,
        TOPIC: handmade.topic_arn,
        urn(types.TOPIC_POLICY, "OrderTopic"): handmade.topic_arn,
        SUBSCRIPTION: handmade.subscription_arn,
        TABLE: "Orders",
        urn(types.LOG_GROUP, "/aws/lambda/OrderProcessor"): "/aws/lambda/OrderProcessor",
        FUNCTION: "OrderProcessor",
        MAPPING: handmade.mapping,
    }


@pytest.mark.parametrize(
    "other",
    [f"arn:aws:sqs:{REGION}:999999999999:OrderQueue", f"https://sqs.{REGION}.amazonaws.com/999999999999/OrderQueue"],
)
def test_a_queue_of_another_account_is_not_the_one_of_the_same_name(handmade: Handmade, other: str) -> None:
    with pytest.raises(InvalidInput, match="OrderQueue is in the account 999999999999, but"):
        looked_up(program(), **{QUEUE: other})
    assert looked_up(program(), **{QUEUE: handmade.queue_url}).ids[QUEUE] == handmade.queue_url


class RejectsNames:
    """Answers as AWS does if a name has characters that no table can have."""

    region = REGION

    @property
    def dynamodb(self) -> "RejectsNames":
        return self

    def describe_table(self, TableName: str) -> None:  # noqa: N803 - the name in boto3
        raise ClientError({"Error": {"Code": "ValidationException", "Message": TableName}}, "DescribeTable")


def test_a_name_that_no_resource_can_have_names_nothing() -> None:
    assert calls.table(cast("Clients", RejectsNames()), "a b") is None


def test_in_an_empty_account_nothing_is_found() -> None:
    assert looked_up(program()).ids == {}


def test_a_role_and_its_policy_an_alarm_and_a_dashboard_are_found_by_name() -> None:
    clients = Clients(REGION)
    clients.iam.create_role(RoleName="OrderProcessor", AssumeRolePolicyDocument="{}")
    allowed = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    clients.iam.put_role_policy(RoleName="OrderProcessor", PolicyName="OrderProcessor", PolicyDocument=document)
    clients.cloudwatch.put_dashboard(DashboardName="OrderFlow", DashboardBody='{"widgets": []}')
    clients.cloudwatch.put_metric_alarm(
        AlarmName="OrderDLQNotEmpty",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        MetricName="x",
        Namespace="x",
        Period=60,
        Statistic="Sum",
        Threshold=0,
    )
    assert sorted(looked_up(program()).ids.values()) == [
        *("OrderDLQNotEmpty", "OrderFlow", "OrderProcessor", "OrderProcessor:OrderProcessor")
    ]


def test_a_log_group_whose_name_only_begins_alike_is_another_one() -> None:
    boto3.client("logs", REGION).create_log_group(logGroupName="/aws/lambda/OrderProcessorOld")
    assert looked_up(program()).ids == {}


def test_an_answer_finds_what_has_another_name(handmade: Handmade) -> None:
    other = handmade.clients.sqs.create_queue(QueueName="shop-orders")["QueueUrl"]
    assert looked_up(program(), **{QUEUE: "shop-orders"}).ids[QUEUE] == other
    assert looked_up(program(), **{QUEUE: other}).ids[QUEUE] == other
    with pytest.raises(InvalidInput, match="there is no queue nowhere in eu-west-1: correct the name of OrderQueue"):
        looked_up(program(), **{QUEUE: "nowhere"})


def test_one_resource_is_not_adopted_twice(handmade: Handmade) -> None:
    assert handmade.queue_url
    with pytest.raises(InvalidInput, match=r"OrderQueue and OrderDLQ are both .*OrderDLQ: give each its own name"):
        looked_up(program(), **{QUEUE: "OrderDLQ"})


def test_what_the_stack_has_under_another_urn_is_not_adopted_because_pulumi_up_deletes_it(handmade: Handmade) -> None:
    old = {"type": types.QUEUE, "id": handmade.queue_url}
    assert handmade.queue_url
    gone = {"op": "delete", "urn": urn(types.QUEUE, "OldName"), "oldState": old}
    with pytest.raises(InvalidInput, match=r"OrderQueue is in the stack already, under the URN .*OldName"):
        looked_up(program(*STEPS, gone))


def test_what_the_stack_has_is_not_looked_up_and_others_can_refer_to_it(handmade: Handmade) -> None:
    queue = present(declares(types.QUEUE, "OrderQueue"), handmade.queue_url)
    policy = declares(types.QUEUE_POLICY, "OrderQueue", {}, queueUrl=QUEUE)
    found = looked_up(program(component(), queue, policy)).ids
    assert found == dict.fromkeys((QUEUE, urn(types.QUEUE_POLICY, "OrderQueue")), handmade.queue_url)


def test_of_several_triggers_the_user_names_one(handmade: Handmade) -> None:
    lambda_ = handmade.clients.lambda_
    version = lambda_.publish_version(FunctionName="OrderProcessor")["FunctionArn"]
    arn = handmade.clients.sqs.get_queue_attributes(QueueUrl=handmade.queue_url, AttributeNames=["QueueArn"])
    lambda_.create_event_source_mapping(EventSourceArn=arn["Attributes"]["QueueArn"], FunctionName=version)
    with pytest.raises(InvalidInput, match="2 event source mappings connect OrderQueue to OrderProcessor"):
        looked_up(program())
    assert looked_up(program(), **{MAPPING: handmade.mapping}).ids[MAPPING] == handmade.mapping


def test_the_stack_alone_is_no_reason_for_a_warning(handmade: Handmade) -> None:
    assert handmade.mapping
    assert list(find_others(looked_up(program()))) == []


def test_another_reader_of_the_queue_loses_orders(handmade: Handmade) -> None:
    without = [step for step in STEPS if step["urn"] not in {MAPPING, FUNCTION}]
    other = declares(types.FUNCTION, "OrderProcessor", {"name": "Renamed"})
    mapping = declares(types.MAPPING, "OrderProcessor", {}, eventSourceArn=QUEUE, functionName=FUNCTION)
    [finding] = find_others(looked_up(program(*without, other, mapping)))
    assert (finding.verdict, finding.resource) == (Verdict.LOSES, "OrderQueue")
    assert finding.what == "the function OrderProcessor reads OrderQueue too (Enabled)"
    assert handmade.mapping in finding.instead


def test_a_mapping_that_is_not_one_of_the_queue_is_not_taken(handmade: Handmade) -> None:
    assert handmade.mapping
    with pytest.raises(InvalidInput, match="no event source mapping 1-2-3 of OrderQueue: correct the UUID of"):
        looked_up(program(), **{MAPPING: "1-2-3"})
    without = [step for step in STEPS if step["urn"] != QUEUE]
    with pytest.raises(InvalidInput, match=r"no event source mapping .* of a queue that was found"):
        looked_up(program(*without), **{MAPPING: handmade.mapping})


def test_another_queue_with_the_same_dead_letter_queue_would_lose_what_fails(handmade: Handmade) -> None:
    sqs = handmade.clients.sqs
    found = sqs.get_queue_attributes(QueueUrl=handmade.dead_letters_url, AttributeNames=["QueueArn"])
    redrive = {"deadLetterTargetArn": found["Attributes"]["QueueArn"], "maxReceiveCount": "3"}
    sqs.create_queue(QueueName="shop-returns", Attributes={"RedrivePolicy": json.dumps(redrive)})
    [finding] = find_others(replace(looked_up(program()), program=program(*STEPS, ALLOWED)))
    assert (finding.verdict, finding.resource) == (Verdict.LOSES, "OrderDLQ")
    assert finding.what == "OrderDLQ is the dead-letter queue of shop-returns, too"


class KnowsFewRequests:
    """Answers as the emulator does to a request that it does not have."""

    @property
    def sqs(self) -> "KnowsFewRequests":
        return self

    def get_paginator(self, _: str) -> "KnowsFewRequests":
        return self

    def paginate(self, QueueUrl: str) -> None:  # noqa: N803 - the name in boto3
        raise ClientError({"Error": {"Code": "InvalidAction", "Message": QueueUrl}}, "ListDeadLetterSourceQueues")


def test_an_emulator_need_not_know_which_queues_use_a_dead_letter_queue() -> None:
    assert calls.dead_letter_sources(cast("Clients", KnowsFewRequests()), "url") == []


def test_another_subscriber_is_named_without_its_address(handmade: Handmade) -> None:
    handmade.clients.sns.subscribe(TopicArn=handmade.topic_arn, Protocol="email", Endpoint="someone@example.com")
    [finding] = find_others(looked_up(program()))
    assert finding.verdict is Verdict.LOOK
    assert finding.what == "OrderTopic has another subscription: email, to an endpoint"


def test_the_page_lists_every_permission_that_a_lookup_needs(handmade: Handmade) -> None:
    made = set()

    class Recording(Clients):
        def _client(self, service: str) -> object:
            client = super()._client(service)
            client.meta.events.register("before-call", lambda model, **_: made.add((service, model.name)))
            return client

    clients = Recording(REGION)
    clients.iam.create_role(RoleName="OrderProcessor", AssumeRolePolicyDocument="{}")
    made.clear()
    found = look_up(program(), lambda _: clients, {})
    list(find_others(replace(found, program=program(*STEPS, ALLOWED))))
    page = (ROOT / "docs/adopting.md").read_text().partition("## Permissions")[2]
    allowed = set(re.findall(r"`(\w+):(\w+)`", page.partition("If a permission")[0]))
    assert handmade.mapping
    assert made - {("sts", "GetCallerIdentity")} == allowed
