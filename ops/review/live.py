"""Live facts: how many messages and orders the resources of a stack hold, and how old its log is."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from infra import resource_types as types
from ops.clients import Clients
from ops.queues import count_messages, name_of_queue
from ops.review.preview import Change
from ops.status import read_oldest_seconds
from ops.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """The messages in a queue, as SQS approximates them."""

    visible: int
    in_flight: int
    oldest_seconds: float | None
    """The age of the oldest message; None if CloudWatch reports none."""

    def __str__(self) -> str:
        return f"{counted(self.visible, 'visible message')} and {self.in_flight:,} in flight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What AWS says about the resources of a stack, by URN."""

    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    """The number of items of a table. DynamoDB updates it about every six hours."""
    log_ages: Mapping[str, timedelta] = field(default_factory=dict)
    """The age of a log group whose retention changes. No record in it is older."""
    unread: Sequence[str] = ()
    """The logical names of the resources that could not be read."""


def read_live(changes: Sequence[Change]) -> Live:
    """Read what exists and holds orders or explains them. What cannot be read is listed: a rule assumes the worst."""
    queues, items, unread = {}, {}, []
    ages: dict[str, timedelta] = {}
    regions: dict[str, Clients] = {}
    for change in changes:
        is_log = change.type == types.LOG_GROUP and "retentionInDays" in change.changed
        if not change.outputs or not (is_log or change.type in {types.QUEUE, types.TABLE}):
            continue
        try:
            region = str(change.outputs["arn"]).split(":")[3]
            clients = regions.setdefault(region, Clients(region))
            if change.type == types.QUEUE:
                queues[change.urn] = _read_queue(clients, str(change.outputs["url"]))
            elif is_log:
                if age := log_group_age(clients, str(change.outputs["name"])):
                    ages[change.urn] = age
            else:
                table = clients.dynamodb.describe_table(TableName=str(change.outputs["name"]))["Table"]
                items[change.urn] = table["ItemCount"]
        except (BotoCoreError, ClientError, KeyError, IndexError):
            unread.append(change.name)
    return Live(queues=queues, items=items, log_ages=ages, unread=unread)


def log_group_age(clients: Clients, name: str) -> timedelta | None:
    """The age of a log group. None if there is no such log group."""
    # Log groups are sorted by name: the one with exactly this name is the first with this prefix.
    found = clients.logs.describe_log_groups(logGroupNamePrefix=name, limit=1)["logGroups"]
    if not found or found[0]["logGroupName"] != name:
        return None
    return timedelta(seconds=time.time() - found[0]["creationTime"] / 1000)


def _read_queue(clients: Clients, url: str) -> QueueFacts:
    counts = count_messages(clients.sqs, url)
    oldest = read_oldest_seconds(clients, name_of_queue(url))
    return QueueFacts(visible=counts.visible, in_flight=counts.in_flight, oldest_seconds=oldest)
