"""Trials of the deployment, and of orders on their way into the table and to subscribers."""

import json

from pulumi.automation import CommandError, OpType

from handler.outcome import Kind
from ops.log.reading import EPOCH, read_lines
from tests.aws_trial.probes import DAYS, events_until, order, publish, store, subscribed_queue, wait, wait_for_message
from tests.aws_trial.trial import NotDeployed
from tests.support.deployment import Deployment

FILTER_SECONDS = 15 * 60
"""How long SNS takes at most until a filter policy has taken effect."""


def everything_is_created(system: Deployment) -> str:
    try:
        changes = system.stack.up().summary.resource_changes
    except CommandError as error:
        raise NotDeployed(str(error)) from error
    assert changes
    return f"created {changes[OpType.CREATE]} resources"


def a_second_update_changes_nothing(system: Deployment) -> str:
    changes = system.stack.up().summary.resource_changes
    assert changes
    assert set(changes) == {OpType.SAME}, f"changed: {changes}"
    return f"{changes[OpType.SAME]} resources are the same"


def names_are_unique(system: Deployment) -> str:
    outputs = system.pipeline().outputs
    names = [outputs[key] for key in ("topicArn", "queueUrl", "tableName", "processorName", "dashboardName")]
    assert [name for name in names if f"-{system.stack.name}-" not in name] == []
    return f"for example {outputs['tableName']}"


def a_bad_setting_is_one_message(system: Deployment) -> str:
    system.set("batchSize", "20")
    try:
        refused = system.pulumi("preview")
    finally:
        system.reset("batchSize")
    said = refused.stdout + refused.stderr
    assert refused.returncode != 0
    assert "Traceback" not in said
    assert said.count("batchingWindowSeconds is 0, but must be at least 1:") == 1
    return "the preview failed with one message"


def an_order_is_stored(system: Deployment) -> str:
    return f"{store(system)} is in the table"


def versions_are_decided(system: Deployment) -> str:
    order_id = store(system, status="new", timestamp=DAYS[1])
    pipeline = system.pipeline()

    def outcomes() -> set[str]:
        return {kind for record in pipeline.log_records_of(order_id) for kind in Kind if kind in record}

    for day, outcome in ((3, Kind.UPDATED), (3, Kind.DUPLICATE), (1, Kind.STALE)):
        publish(system, order(orderId=order_id, status=f"day {day}", timestamp=DAYS[day - 1]))
        wait(lambda outcome=outcome: outcome in outcomes(), f"the log record of {order_id}: {outcome}")  # type: ignore[misc]
    stored = pipeline.order(order_id)
    assert stored
    assert stored["status"] == "day 3"
    decided = f"{order_id} was {', '.join(sorted(outcomes()))}, and has its latest version"
    return f"{decided}; not tried: 25 orders in one request, orders that are too large or too deep"


def functions_log_into_their_groups(system: Deployment) -> str:
    outputs = system.pipeline().outputs
    wait(lambda: next(iter(system.pipeline().log_records()), None), "a record in the log group")
    pages = system.clients.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/")
    groups = {group["logGroupName"] for page in pages for group in page["logGroups"]}
    found = {name for name in groups if f"-{system.stack.name}-" in name}
    assert found == {outputs["logGroupName"], outputs["notifierLogGroupName"]}
    lines = read_lines(system.clients.logs, outputs["logGroupName"], start=EPOCH)
    assert [line for line in lines if line.message == "start"] == []  # Lambda writes this one before the record.
    return f"{outputs['logGroupName']} has records and no line about a start, and there is no other group"


def events_reach_a_subscriber(system: Deployment) -> str:
    url = subscribed_queue(system, system.pipeline().outputs["eventTopicArn"])
    order_id = store(system, status="new", timestamp=DAYS[1])
    wait_for_message(system, url, f"{order_id}@{DAYS[1]}")
    publish(system, order(orderId=order_id, status="paid", timestamp=DAYS[2]))
    updated = json.loads(wait_for_message(system, url, f"{order_id}@{DAYS[2]}"))
    assert (updated["type"], updated["data"]["previousStatus"]) == ("order.updated", "new"), updated
    return f"a queue got both events of {order_id}"


def a_filter_policy_chooses_events(system: Deployment) -> str:
    topic = system.pipeline().outputs["eventTopicArn"]
    paid, everything = subscribed_queue(system, topic, status=["paid"]), subscribed_queue(system, topic)

    def chosen_only() -> str | None:
        left_out = store(system, status="new")
        events_until(system, everything, left_out)
        chosen = store(system, status="paid")
        got = {event["subject"] for event in events_until(system, paid, chosen)}
        return None if left_out in got else f"the queue got the event of {chosen}, and not that of {left_out}"

    return wait(chosen_only, "the filter policy to take effect", FILTER_SECONDS)


def metrics_have_the_namespace(system: Deployment) -> str:
    function = system.pipeline().outputs["processorName"]

    def names() -> list[str]:
        metrics = system.clients.cloudwatch.list_metrics(Namespace="Orders")["Metrics"]
        return sorted(one["MetricName"] for one in metrics if function in json.dumps(one["Dimensions"]))

    return f"found {', '.join(wait(names, 'metrics of the processor'))}"
