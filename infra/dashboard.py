"""The dashboard. It shows the flow of orders from left to right, and the flow of events below it.

Failed orders and events are below the resource that they came from. All columns of the orders and of the events in one
row would be too narrow to read their graphs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra.alarms import MINUTE, Alarm
from infra.metrics import EventFlow, EventMetrics, Flow, FlowMetrics, Metric

GRID_COLUMNS = 24
"""Width of a dashboard (CloudWatch API Reference, dashboard body structure)."""
ALARMS_HEIGHT, HEADING_HEIGHT, GRAPH_HEIGHT = 3, 1, 5

Widget = dict[str, Any]
Column = Sequence["Heading | Graph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The name of the resource that the graphs below show."""

    resource: pulumi.Input[str]

    height = HEADING_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Metrics over time. A horizontal line marks the threshold of each alarm on them."""

    title: str
    metrics: Sequence[Metric]
    divided_by: Metric | None = None
    """If set, the graph shows the only metric divided by this one."""

    height = GRAPH_HEIGHT


def dashboard_body(
    flow: Flow,
    metrics: FlowMetrics,
    events: EventMetrics | None,
    alarms: Sequence[Alarm],
    alarm_arns: Sequence[pulumi.Input[str]],
) -> pulumi.Output[str]:
    """Return the body of the dashboard: all alarms at the top, and below them a column for each step of a flow."""
    region = flow.topic.arn.apply(lambda arn: arn.split(":")[3])
    flows = [_order_columns(flow, metrics)]
    if flow.events and events:
        flows.append(_event_columns(flow.events, events))
    states = {"title": "Alarms", "alarms": list(alarm_arns)}
    widgets = [{"type": "alarm", **_place(0, 0, GRID_COLUMNS, ALARMS_HEIGHT), "properties": states}]
    top = ALARMS_HEIGHT
    for columns in map(_without_empty_graphs, flows):
        for part, place in _placed(columns, top):
            widgets.append(_heading(part, place) if isinstance(part, Heading) else _graph(part, place, region, alarms))
        top += max(sum(part.height for part in column) for column in columns)
    return pulumi.Output.json_dumps({"widgets": widgets})


def _without_empty_graphs(columns: Sequence[Column]) -> Sequence[Column]:
    """Leave out the graphs of custom metrics if the functions write none."""
    return [[part for part in column if isinstance(part, Heading) or part.metrics] for column in columns]


def _placed(columns: Sequence[Column], top: int) -> Iterator[tuple[Heading | Graph, dict[str, int]]]:
    """Yield each part with its place: the columns side by side, as wide as the grid allows."""
    width = GRID_COLUMNS // len(columns)
    for position, column in enumerate(columns):
        y = top
        for part in column:
            yield part, _place(position * width, y, width, part.height)
            y += part.height


def _order_columns(flow: Flow, metrics: FlowMetrics) -> Sequence[Column]:
    return (
        (
            Heading(resource=flow.topic.name),
            Graph(title="Published and delivered", metrics=[metrics.published, metrics.delivered]),
            Graph(title="Not delivered, and lost", metrics=[metrics.not_delivered, metrics.lost]),
            Heading(resource=flow.undelivered.name),
            Graph(title="Undelivered orders", metrics=[metrics.undelivered]),
        ),
        (
            Heading(resource=flow.queue.name),
            Graph(title="Waiting and in process", metrics=[metrics.waiting, metrics.in_process]),
            Graph(title="Age of the oldest order", metrics=[metrics.oldest]),
            Heading(resource=flow.dead_letters.name),
            Graph(title="Dead letters", metrics=[metrics.dead_letters]),
        ),
        (
            Heading(resource=flow.function.name),
            Graph(title="Batches", metrics=[metrics.invocations, metrics.errors, metrics.throttles]),
            Graph(title="Time of a batch", metrics=[metrics.duration, metrics.longest]),
            Graph(title="Orders by outcome", metrics=metrics.outcomes),
            Graph(title="Orders in a batch", metrics=[metrics.received], divided_by=metrics.invocations),
        ),
        (
            Heading(resource=flow.table.name),
            Graph(title="Written", metrics=[metrics.written]),
            Graph(title="Latency", metrics=[metrics.insert_latency, metrics.put_latency]),
            Graph(
                title="Throttles and errors",
                metrics=[metrics.throttled_writes, metrics.insert_errors, metrics.put_errors],
            ),
            Graph(title="Age of orders when stored", metrics=metrics.ages),
        ),
    )


def _event_columns(flow: EventFlow, metrics: EventMetrics) -> Sequence[Column]:
    return (
        (
            Heading(resource=flow.function.name),
            Graph(title="Batches of changes", metrics=[metrics.invocations, metrics.errors]),
            Graph(title="Age of changes", metrics=[metrics.oldest]),
            Graph(title="Events by result", metrics=metrics.results),
            Heading(resource=flow.given_up.name),
            Graph(title="Events that were given up", metrics=[metrics.given_up]),
        ),
        (
            Heading(resource=flow.topic.name),
            Graph(title="Published and delivered", metrics=[metrics.published, metrics.delivered]),
            Graph(title="Not delivered to a subscriber", metrics=[metrics.not_delivered]),
        ),
    )


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def _heading(heading: Heading, place: dict[str, int]) -> Widget:
    return {"type": "text", **place, "properties": {"markdown": pulumi.Output.concat("### ", heading.resource)}}


def _graph(graph: Graph, place: dict[str, int], region: pulumi.Input[str], alarms: Iterable[Alarm]) -> Widget:
    limits = [
        {"label": alarm.name, "value": alarm.at_least}
        for alarm in alarms
        if alarm.metric in graph.metrics and not alarm.growth
    ]
    return {
        "type": "metric",
        **place,
        "properties": {
            "title": graph.title,
            "region": region,
            "period": MINUTE,
            "metrics": _lines(graph),
            **({"annotations": {"horizontal": limits}} if limits else {}),
        },
    }


def _lines(graph: Graph) -> list[list[Any]]:
    if not graph.divided_by:
        return [_line(metric) for metric in graph.metrics]
    [dividend] = graph.metrics
    hidden = [_line(dividend, id="a", visible=False), _line(graph.divided_by, id="b", visible=False)]
    return [[{"expression": "a / b", "label": graph.title}], *hidden]


def _line(metric: Metric, **options: Any) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic, **options}]
