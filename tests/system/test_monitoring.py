"""Alarms and the dashboard on the emulator, which measures and evaluates each second."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from local.deployer import deploy
from tests.support.alarms import shorten_period
from tests.support.metrics import logged, shown
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

NOT_EMPTY, GROWING, ERRORS = "OrderDLQNotEmpty", "OrderDLQGrowing", "OrderProcessorErrors"
SHORT_SECONDS = 5
"""The period of these alarms in these tests, so that they end soon. At least two measurements."""


@pytest.fixture
def inbox(pipeline: Pipeline) -> Iterator[str]:
    """Subscribe a queue to the alert topic, in place of a mailbox, and return its URL."""
    sns, sqs = pipeline.clients.sns, pipeline.clients.sqs
    url = sqs.create_queue(QueueName=f"inbox-{uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=pipeline.outputs["alertTopicArn"], Protocol="sqs", Endpoint=arn)
    yield url
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def expected(pipeline: Pipeline, inbox: str, alarm: str, state: str) -> dict[str, Any]:
    """Wait for an alarm's notification of a new state, and return it. Other notifications are ignored."""

    def look() -> dict[str, Any] | None:
        received = pipeline.clients.sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        messages = [json.loads(json.loads(message["Body"])["Message"]) for message in received]
        return next((m for m in messages if (m["AlarmName"], m["NewStateValue"]) == (alarm, state)), None)

    return eventually(look, f"{alarm} to tell of {state}")


def states(pipeline: Pipeline) -> dict[str, str]:
    described = pipeline.clients.cloudwatch.describe_alarms(AlarmNames=pipeline.outputs["alarmNames"])["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in described}


@pytest.fixture
def no_dead_letters(pipeline: Pipeline) -> Iterator[None]:
    """Empty the dead-letter queue, and let its alarms forget what was in it. Both are as deployed after the test."""
    pipeline.clients.sqs.purge_queue(QueueUrl=pipeline.outputs["deadLetterQueueUrl"])
    for alarm in NOT_EMPTY, GROWING:
        shorten_period(pipeline.clients.cloudwatch, alarm, SHORT_SECONDS)
    eventually(lambda: {states(pipeline)[alarm] for alarm in (NOT_EMPTY, GROWING)} == {"OK"}, "no alarm")
    yield
    deploy(pipeline.clients)


@pytest.mark.usefixtures("no_dead_letters")
def test_a_poison_order_raises_its_alarm_and_no_other_and_the_emptied_queue_clears_it(
    pipeline: Pipeline, inbox: str
) -> None:
    other_queues = ("OrderUndeliveredNotEmpty", "OrderEventsDLQNotEmpty", "OrderQueueTooOld")
    before = {name: states(pipeline)[name] for name in other_queues}
    assert pipeline.publish(["{}"]) == []
    raised = expected(pipeline, inbox, NOT_EMPTY, "ALARM")
    assert f"docs/monitoring.md, {NOT_EMPTY}. Dashboard: https://" in raised["AlarmDescription"]
    assert raised["Trigger"]["Dimensions"] == [{"Name": "QueueName", "Value": "OrderDLQ"}]
    assert {name: states(pipeline)[name] for name in other_queues} == before

    pipeline.clients.sqs.purge_queue(QueueUrl=pipeline.outputs["deadLetterQueueUrl"])
    assert expected(pipeline, inbox, NOT_EMPTY, "OK")["OldStateValue"] == "ALARM"


@pytest.mark.usefixtures("no_dead_letters")
def test_another_dead_letter_raises_the_alarm_on_growth(pipeline: Pipeline, inbox: str) -> None:
    pipeline.publish(["{}"])
    expected(pipeline, inbox, NOT_EMPTY, "ALARM")
    eventually(lambda: states(pipeline)[GROWING] == "OK", "the end of the growth")
    pipeline.publish(["{}"])
    expected(pipeline, inbox, GROWING, "ALARM")
    assert states(pipeline)[NOT_EMPTY] == "ALARM"


def test_a_function_that_cannot_start_raises_the_alarm_on_errors(pipeline: Pipeline, inbox: str) -> None:
    # The alarm can still be on, because of another test.
    shorten_period(pipeline.clients.cloudwatch, ERRORS, SHORT_SECONDS)
    eventually(lambda: states(pipeline)[ERRORS] == "OK", "no alarm")
    function, name = pipeline.clients.lambda_, pipeline.outputs["processorName"]
    handler = function.get_function_configuration(FunctionName=name)["Handler"]
    function.update_function_configuration(FunctionName=name, Handler="handler.gone.main")
    try:
        pipeline.publish([body("O-unlucky")])
        assert expected(pipeline, inbox, ERRORS, "ALARM")["Trigger"]["MetricName"] == "Errors"
    finally:
        function.update_function_configuration(FunctionName=name, Handler=handler)
        deploy(pipeline.clients)


def test_the_emulator_reports_how_old_changes_are_when_the_notifier_gets_them(pipeline: Pipeline) -> None:
    pipeline.publish([body("O-told")])
    dimensions: Any = [{"Name": "FunctionName", "Value": pipeline.outputs["notifierName"]}]
    measured = partial(
        pipeline.clients.cloudwatch.list_metrics,
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Dimensions=dimensions,
    )
    assert eventually(lambda: measured()["Metrics"], "the age of a change")


def test_the_handlers_metrics_are_those_that_the_dashboard_shows(pipeline: Pipeline) -> None:
    assert pipeline.publish([body("O-measured")]) == []
    measured = eventually(lambda: logged(pipeline, "O-measured"), "the metrics in the log record of the order")
    assert measured <= shown(pipeline)


def test_the_dashboard_is_there_under_the_name_that_the_outputs_say(pipeline: Pipeline) -> None:
    body = pipeline.clients.cloudwatch.get_dashboard(DashboardName=pipeline.outputs["dashboardName"])["DashboardBody"]
    assert json.loads(body)["widgets"]


def test_the_stacks_tags_are_on_every_alarm(pipeline: Pipeline) -> None:
    cloudwatch, names = pipeline.clients.cloudwatch, pipeline.outputs["alarmNames"]
    tagged = {
        alarm["AlarmName"]: cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        for alarm in cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    }
    tags = [{"Key": "project", "Value": "orders"}, {"Key": "stack", "Value": "local"}]
    assert tagged == dict.fromkeys(names, tags)
