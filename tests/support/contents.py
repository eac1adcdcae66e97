"""What AWS or the emulator contains of the kinds that a stack consists of."""

from collections.abc import Iterator
from typing import Any

from ops.clients import Clients

LISTS = (
    ("sns", "list_topics", "Topics"),
    ("sqs", "list_queues", "QueueUrls"),
    ("dynamodb", "list_tables", "TableNames"),
    ("lambda_", "list_functions", "Functions"),
    ("lambda_", "list_event_source_mappings", "EventSourceMappings"),
    ("logs", "describe_log_groups", "logGroups"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("cloudwatch", "list_dashboards", "DashboardEntries"),
    ("iam", "list_roles", "Roles"),
)
"""The requests that list these: client, method, and the field of the response."""


def contents(clients: Clients) -> Iterator[Any]:
    for client, method, field in LISTS:
        yield from listed(getattr(clients, client), method, field)


def listed(client: Any, method: str, field: str) -> Iterator[Any]:
    """Yield what all pages of a list contain."""
    for page in client.get_paginator(method).paginate():
        yield from page.get(field, ())
