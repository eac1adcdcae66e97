"""Live facts: how many messages and orders the resources of a stack hold, and how old its log is."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from infra import resource_types as types
from ops.clients import Clients
from ops.errors import InvalidInput, NoAccess, UserError, explain_aws_error
from ops.queues import arn_of_queue, count_messages, name_of_queue
from ops.review.preview import Change, masked
from ops.status import read_oldest_seconds
from ops.text import counted

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import LogGroupTypeDef

_ARN_PARTS = 6


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
    unread: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Why resources could not be read: the logical names by the reason."""


def read_live(changes: Sequence[Change]) -> Live:
    """Read what exists and holds orders or explains them. What cannot be read is listed: a rule assumes the worst."""
    queues, items = {}, {}
    ages: dict[str, timedelta] = {}
    unread: dict[str, list[str]] = {}
    regions: dict[str, Clients] = {}
    for change in changes:
        is_log = change.type == types.LOG_GROUP and "retentionInDays" in change.changed
        if not change.outputs or not (is_log or change.type in {types.QUEUE, types.TABLE}):
            continue
        try:
            region = _region(change)
            clients = regions.setdefault(region, Clients(region))
            if change.type == types.QUEUE:
                queues[change.urn] = _read_queue(clients, change)
            elif is_log:
                if age := _read_log_age(clients, change):
                    ages[change.urn] = age
            else:
                items[change.urn] = _read_table(clients, change)
        except (BotoCoreError, ClientError, UserError) as error:
            unread.setdefault(masked(_reason(error)), []).append(masked(change.name))
    return Live(queues=queues, items=items, log_ages=ages, unread=unread)


def find_log_group(clients: Clients, name: str) -> "LogGroupTypeDef | None":
    # Log groups are sorted by name: the one with exactly this name is the first with this prefix.
    found = clients.logs.describe_log_groups(logGroupNamePrefix=name, limit=1)["logGroups"]
    return found[0] if found and found[0]["logGroupName"] == name else None


def _region(change: Change) -> str:
    parts = str(change.outputs.get("arn")).split(":")
    if len(parts) < _ARN_PARTS:
        raise InvalidInput("the state does not contain the ARN")
    return parts[3]


def _read_queue(clients: Clients, change: Change) -> QueueFacts:
    url = str(change.outputs.get("url"))
    _check_identity(arn_of_queue(clients.sqs, url), change)
    counts = count_messages(clients.sqs, url)
    oldest = read_oldest_seconds(clients, name_of_queue(url))
    return QueueFacts(visible=counts.visible, in_flight=counts.in_flight, oldest_seconds=oldest)


def _read_table(clients: Clients, change: Change) -> int:
    table = clients.dynamodb.describe_table(TableName=str(change.outputs.get("name")))["Table"]
    _check_identity(table["TableArn"], change)
    return table["ItemCount"]


def _read_log_age(clients: Clients, change: Change) -> timedelta | None:
    """The age of a log group. None if there is no such log group."""
    group = find_log_group(clients, str(change.outputs.get("name")))
    if group is None:
        return None
    _check_identity(group["arn"].removesuffix(":*"), change)
    return timedelta(seconds=time.time() - group["creationTime"] / 1000)


def _check_identity(found: str, change: Change) -> None:
    """Raises NoAccess for a resource of the same name in another account, whose content says nothing."""
    expected = str(change.outputs["arn"]).removesuffix(":*")  # a log group has an ARN with and without this end
    if found == expected:
        return
    own, others = (arn.split(":")[4] for arn in (found, expected))
    if own == others:
        raise NoAccess(f"AWS answered for {found}, but the state contains {expected}")
    raise NoAccess(
        f"the account {own} answered, but the state is of the account {others}: name its profile in AWS_PROFILE, "
        "or the emulator in AWS_ENDPOINT_URL"
    )


def _reason(error: BotoCoreError | ClientError | UserError) -> str:
    """Why a resource could not be read, in one line."""
    if isinstance(error, UserError):
        return str(error)
    explained = explain_aws_error(error)
    return " ".join(str(explained or error).split())
