"""The alarms: metric, threshold and notification of each. The dashboard: its graphs and their places."""

import itertools
from typing import Any

import pulumi
import pytest

from handler.contract import METRICS_NAMESPACE, ORDER_AGE, EventMetric, OutcomeMetric
from infra import resource_types as types
from infra.config import load_settings
from infra.links import dashboard_link
from infra.project import ROOT
from infra.system import OrderSystem
from tests.support.arns import REGION, arn
from tests.support.recorder import Program, Registration, recorded

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

TOPIC = {"TopicName": "OrderTopic"}
QUEUE, DEAD_LETTERS, UNDELIVERED, GIVEN_UP = (
    {"QueueName": f"Order{name}"} for name in ("Queue", "DLQ", "Undelivered", "EventsDLQ")
)
FUNCTION, NOTIFIER = ({"FunctionName": f"Order{name}"} for name in ("Processor", "Notifier"))
TABLE = {"TableName": "Orders"}
VISIBLE = "ApproximateNumberOfMessagesVisible"

# Alarm, namespace, metric, statistic, dimensions, period in seconds, threshold, treatment of missing data.
ALARMS: list[tuple[str, str, str, str, dict[str, str], int, float, str]] = [
    ("OrderTopicFailures", "AWS/SNS", "NumberOfNotificationsFailed", "Sum", TOPIC, 300, 1, "notBreaching"),
    ("OrderTopicLosses", "AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq", "Sum", TOPIC, 300, 1, "notBreaching"),
    ("OrderUndeliveredNotEmpty", "AWS/SQS", VISIBLE, "Maximum", UNDELIVERED, 60, 1, "notBreaching"),
    ("OrderQueueTooOld", "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QUEUE, 60, 300, "notBreaching"),
    ("OrderDLQNotEmpty", "AWS/SQS", VISIBLE, "Maximum", DEAD_LETTERS, 60, 1, "notBreaching"),
    ("OrderDLQGrowing", "AWS/SQS", VISIBLE, "Maximum", DEAD_LETTERS, 300, 1, "notBreaching"),
    ("OrderProcessorErrors", "AWS/Lambda", "Errors", "Sum", FUNCTION, 300, 1, "notBreaching"),
    ("OrderProcessorThrottles", "AWS/Lambda", "Throttles", "Sum", FUNCTION, 300, 1, "notBreaching"),
    ("OrderProcessorSlow", "AWS/Lambda", "Duration", "Maximum", FUNCTION, 300, 4000, "notBreaching"),
    ("OrderTableThrottled", "AWS/DynamoDB", "WriteThrottleEvents", "Sum", TABLE, 300, 1, "notBreaching"),
    (
        "OrderTableInsertErrors",
        "AWS/DynamoDB",
        "SystemErrors",
        "Sum",
        {**TABLE, "Operation": "BatchExecuteStatement"},
        300,
        1,
        "notBreaching",
    ),
    (
        "OrderTablePutErrors",
        "AWS/DynamoDB",
        "SystemErrors",
        "Sum",
        {**TABLE, "Operation": "PutItem"},
        300,
        1,
        "notBreaching",
    ),
    ("OrderEventsTooOld", "AWS/Lambda", "IteratorAge", "Maximum", NOTIFIER, 60, 300_000, "notBreaching"),
    ("OrderNotifierErrors", "AWS/Lambda", "Errors", "Sum", NOTIFIER, 300, 1, "notBreaching"),
    ("OrderEventsDLQNotEmpty", "AWS/SQS", VISIBLE, "Maximum", GIVEN_UP, 60, 1, "notBreaching"),
]
GROWTH = "OrderDLQGrowing"
"""The alarm on the growth of a metric from one period to the next."""


@pytest.fixture(scope="module")
def dev() -> Program:
    return recorded("dev")


def test_the_alarms_are_these_and_no_others(dev: Program) -> None:
    assert sorted(alarm.name for alarm in dev.all(ALARM)) == sorted(name for name, *_ in ALARMS)


def watched(alarm: dict[str, Any]) -> tuple[Any, ...]:
    """Return namespace, metric, statistic, dimensions and period of either kind of alarm."""
    if "metricQueries" in alarm:
        [metric] = [query["metric"] for query in alarm["metricQueries"] if "metric" in query]
        statistic = metric["stat"]
    else:
        metric, statistic = alarm, alarm["statistic"]
    return metric["namespace"], metric["metricName"], statistic, metric["dimensions"], metric["period"]


@pytest.mark.parametrize(
    ("name", "namespace", "metric", "statistic", "dimensions", "period", "at_least", "missing"),
    ALARMS,
    ids=[name for name, *_ in ALARMS],
)
def test_each_alarm_watches_what_the_table_says(
    dev: Program,
    name: str,
    namespace: str,
    metric: str,
    statistic: str,
    dimensions: dict[str, str],
    period: int,
    at_least: float,
    missing: str,
) -> None:
    alarm = dev.one(ALARM, name).inputs
    assert watched(alarm) == (namespace, metric, statistic, dimensions, period)
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanOrEqualToThreshold", at_least)
    assert alarm["evaluationPeriods"] == 1
    assert alarm["treatMissingData"] == missing
    assert ("metricQueries" in alarm) == (name == GROWTH)


def test_growth_is_the_difference_to_the_period_before(dev: Program) -> None:
    difference, level = dev.one(ALARM, GROWTH).inputs["metricQueries"]
    assert difference == {"id": "growth", "expression": "DIFF(level)", "label": "growth", "returnData": True}
    assert level["id"] == "level"
    assert not level.get("returnData")


def test_every_alarm_tells_the_alert_topic_when_it_begins_and_when_it_is_over(dev: Program) -> None:
    alerts = [arn(types.TOPIC, "OrderAlerts")]
    expected = {alarm.name: (alarm.inputs["alarmActions"], alarm.inputs["okActions"]) for alarm in dev.all(ALARM)}
    assert expected == {name: (alerts, alerts) for name, *_ in ALARMS}


def test_no_alarm_is_made_before_it_may_publish(dev: Program) -> None:
    allowed = dev.one("aws:sns/topicPolicy:TopicPolicy", "OrderAlerts").urn
    assert [alarm.name for alarm in dev.all(ALARM) if allowed not in alarm.dependencies] == []


def test_every_alarm_says_in_one_line_what_it_means_and_where_to_read_on(dev: Program) -> None:
    for alarm in dev.all(ALARM):
        description = alarm.inputs["alarmDescription"]
        assert "\n" not in description
        link = dashboard_link(arn(types.TOPIC, "OrderAlerts"), "OrderFlow")
        assert description.endswith(f". What to do: docs/monitoring.md, {alarm.name}. Dashboard: {link}")


def test_the_page_has_a_section_for_every_alarm_and_for_no_other(dev: Program) -> None:
    sections = [
        line.removeprefix("### ")
        for line in (ROOT / "docs/monitoring.md").read_text().splitlines()
        if line.startswith("### ")
    ]
    assert sections == dev.outputs["alarmNames"]


def test_a_slow_batch_is_a_share_of_what_the_function_may_take() -> None:
    settings = {"processorTimeoutSeconds": "4", "durationAlarmPercent": "75"}
    assert recorded("dev", settings).one(ALARM, "OrderProcessorSlow").inputs["threshold"] == 3000


def test_nobody_is_subscribed_to_alerts_who_is_not_in_the_settings(dev: Program) -> None:
    assert [subscription.name for subscription in dev.all(SUBSCRIPTION)] == ["OrderSubscription"]


def test_each_address_gets_the_alerts_by_mail() -> None:
    program = recorded("dev", {"alertAddresses": "ops@example.com, night@example.com"})
    mailed = [one.inputs for one in program.all(SUBSCRIPTION) if one.name != "OrderSubscription"]
    assert sorted(mailed, key=lambda inputs: str(inputs["endpoint"])) == [
        {"topic": arn(types.TOPIC, "OrderAlerts"), "protocol": "email", "endpoint": address}
        for address in ("night@example.com", "ops@example.com")
    ]


# The dashboard

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
NAMED_BY = {
    "TopicName": "aws:sns/topic:Topic",
    "QueueName": "aws:sqs/queue:Queue",
    "FunctionName": "aws:lambda/function:Function",
    "TableName": "aws:dynamodb/table:Table",
}
OPERATIONS = {"BatchExecuteStatement", "PutItem"}
"""The operations that handler/store.py requests."""

Widget = dict[str, Any]


@pytest.fixture(scope="module")
def widgets(dev: Program) -> list[Widget]:
    return widgets_of(dev.one(DASHBOARD))


def widgets_of(dashboard: Registration) -> list[Widget]:
    found: list[Widget] = dashboard.document("dashboardBody")["widgets"]
    return found


def is_calculated(line: list[Any]) -> bool:
    """Whether a line of a graph is an expression over the other lines."""
    return len(line) == 1


def lines(widgets: list[Widget]) -> list[tuple[str, str, dict[str, str], str]]:
    """Return namespace, metric, dimensions and statistic of every line of every graph."""
    found = []
    for widget in widgets:
        for line in widget["properties"].get("metrics", []):
            if not is_calculated(line):
                namespace, metric, *dimensions, options = line
                pairs = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
                found.append((namespace, metric, pairs, options["stat"]))
    return found


def test_the_dashboard_shows_every_metric_that_has_an_alarm(widgets: list[Widget]) -> None:
    shown = lines(widgets)
    assert [
        name
        for name, namespace, metric, statistic, dimensions, *_ in ALARMS
        if (namespace, metric, dimensions, statistic) not in shown
    ] == []


def test_the_dashboard_shows_resources_of_the_program_and_no_others(dev: Program, widgets: list[Widget]) -> None:
    for _, _, dimensions, _ in lines(widgets):
        assert dimensions
        for dimension, value in dimensions.items():
            if dimension == "Operation":
                assert value in OPERATIONS
            else:
                assert value in {resource.name for resource in dev.all(NAMED_BY[dimension])}


def test_the_dashboard_shows_everything_that_the_functions_measure(widgets: list[Widget]) -> None:
    shown = {metric for namespace, metric, *_ in lines(widgets) if namespace == METRICS_NAMESPACE}
    assert shown == {ORDER_AGE, *OutcomeMetric, *EventMetric}


def test_without_custom_metrics_the_dashboard_has_no_graphs_of_them() -> None:
    shown = widgets_of(recorded("dev", {"customMetrics": "false"}).one(DASHBOARD))
    assert METRICS_NAMESPACE not in {namespace for namespace, *_ in lines(shown)}
    assert [one for one in shown if one["type"] == "metric" and not one["properties"]["metrics"]] == []
    titles = {one["properties"].get("title") for one in shown}
    assert titles.isdisjoint({"Orders by outcome", "Age of orders when stored", "Events by result"})


def test_the_orders_in_a_batch_are_those_received_divided_by_the_batches(widgets: list[Widget]) -> None:
    [graph] = [one for one in widgets if one["properties"].get("title") == "Orders in a batch"]
    hidden = {"stat": "Sum", "visible": False}
    assert graph["properties"]["metrics"] == [
        [{"expression": "a / b", "label": "Orders in a batch"}],
        ["AWS/SQS", "NumberOfMessagesReceived", "QueueName", "OrderQueue", {**hidden, "id": "a"}],
        ["AWS/Lambda", "Invocations", "FunctionName", "OrderProcessor", {**hidden, "id": "b"}],
    ]


def test_two_systems_in_one_program_share_no_metric() -> None:
    def program() -> None:
        settings = load_settings(pulumi.Config())
        OrderSystem("Order", settings)
        OrderSystem("Return", settings)

    both = recorded("dev", program=program)
    shown = [
        {
            (namespace, metric, *sorted(dimensions.items()))
            for namespace, metric, dimensions, _ in lines(widgets_of(one))
        }
        for one in both.all(DASHBOARD)
    ]
    assert len(shown) == 2
    assert not set.intersection(*shown)


def test_the_dashboard_shows_the_state_of_every_alarm(dev: Program, widgets: list[Widget]) -> None:
    [states] = [widget for widget in widgets if widget["type"] == "alarm"]
    assert states["properties"]["alarms"] == [arn(ALARM, name) for name in dev.outputs["alarmNames"]]


def test_every_graph_is_of_the_stacks_region(widgets: list[Widget]) -> None:
    assert {widget["properties"]["region"] for widget in widgets if widget["type"] == "metric"} == {REGION}


def covered(widget: Widget) -> set[tuple[int, int]]:
    """Return the cells of the grid that a widget covers."""
    x, y = (range(widget[start], widget[start] + widget[size]) for start, size in (("x", "width"), ("y", "height")))
    return set(itertools.product(x, y))


def test_no_two_widgets_overlap_and_none_is_beside_the_grid(widgets: list[Widget]) -> None:
    assert [
        (one["properties"], other["properties"])
        for one, other in itertools.combinations(widgets, 2)
        if covered(one) & covered(other)
    ] == []
    assert {x for widget in widgets for x, _ in covered(widget)} == set(range(24))


def heading(widgets: list[Widget], resource: str) -> Widget:
    [found] = [widget for widget in widgets if widget["properties"].get("markdown") == f"### {resource}"]
    return found


def test_the_flow_goes_from_left_to_right_and_dead_letters_are_below_where_they_come_from(
    widgets: list[Widget],
) -> None:
    flow = [heading(widgets, resource) for resource in ("OrderTopic", "OrderQueue", "OrderProcessor", "Orders")]
    assert [step["x"] for step in flow] == [0, 6, 12, 18]
    assert len({step["y"] for step in flow}) == 1
    for below, above in (
        ("OrderUndelivered", "OrderTopic"),
        ("OrderDLQ", "OrderQueue"),
        ("OrderEventsDLQ", "OrderNotifier"),
    ):
        assert heading(widgets, below)["x"] == heading(widgets, above)["x"]
        assert heading(widgets, below)["y"] > heading(widgets, above)["y"]


def test_the_flow_of_events_is_below_that_of_orders_from_left_to_right(widgets: list[Widget]) -> None:
    notifier, topic = (heading(widgets, resource) for resource in ("OrderNotifier", "OrderEvents"))
    assert (notifier["x"], topic["x"]) == (0, 12)
    assert notifier["y"] == topic["y"]
    of_orders = [widget for widget in widgets if widget["y"] < topic["y"]]
    assert max(widget["y"] + widget["height"] for widget in of_orders) == topic["y"]
    assert heading(of_orders, "Orders")


def test_no_graph_is_too_narrow_to_read(widgets: list[Widget]) -> None:
    assert min(widget["width"] for widget in widgets) == 6


def test_without_events_the_dashboard_and_the_alarms_do_not_show_them() -> None:
    program = recorded("dev", {"orderEvents": "false"})
    assert {name for name, *_ in ALARMS} - {alarm.name for alarm in program.all(ALARM)} == {
        "OrderEventsTooOld",
        "OrderNotifierErrors",
        "OrderEventsDLQNotEmpty",
    }
    shown = {value for *_, dimensions, _ in lines(widgets_of(program.one(DASHBOARD))) for value in dimensions.values()}
    assert shown.isdisjoint({"OrderNotifier", "OrderEvents", "OrderEventsDLQ"})


def test_each_metric_is_shown_in_the_column_of_its_resource(widgets: list[Widget]) -> None:
    columns = {
        widget["properties"]["markdown"]: (widget["x"], widget["width"])
        for widget in widgets
        if widget["type"] == "text"
    }
    for widget in widgets:
        if any(map(is_calculated, widget["properties"].get("metrics", []))):
            continue  # from metrics of two resources
        for namespace, _, dimensions, _ in lines([widget]):
            if namespace == METRICS_NAMESPACE:  # The handler measures the age of orders, which is shown at the table.
                continue
            for dimension, value in dimensions.items():
                if dimension in NAMED_BY:
                    assert (widget["x"], widget["width"]) == columns[f"### {value}"]


def test_a_graph_has_a_line_where_an_alarm_on_its_metrics_begins(widgets: list[Widget]) -> None:
    drawn = {
        limit["label"]: limit["value"]
        for widget in widgets
        for limit in widget["properties"].get("annotations", {}).get("horizontal", [])
    }
    assert drawn == {name.removeprefix("Order"): at_least for name, *_, at_least, _ in ALARMS if name != GROWTH}
