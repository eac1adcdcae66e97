"""Live facts: how many messages and orders the resources of a stack hold, how old its log is, and who paused it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from infra import resource_types as types
from infra.outputs import DeployedOutputs
from ops.clients import Clients
from ops.errors import InvalidInput, NoAccess, UserError, explain_aws_error
from ops.mappings import is_stopped
from ops.pause.outlook import Outlook, read_outlook
from ops.pause.record import Pause, last_pause
from ops.queues import arn_of_queue, count_messages, name_of_queue, read_oldest_seconds
from ops.review.preview import Change, Preview, masked
from ops.system import System
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
class Stopped:
    """What is known of an event source mapping that somebody stopped."""

    pause: Pause | None = None
    """Who stopped it. None if nobody recorded it, or if the history cannot be read."""
    outlook: Outlook | None = None
    """What becomes of the orders that wait. None if the stack does not export the names of this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What AWS says about the resources of a stack, by URN."""

    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    """The number of items of a table. DynamoDB updates it about every six hours."""
    log_ages: Mapping[str, timedelta] = field(default_factory=dict)
    """The age of a log group whose retention changes. No record in it is older."""
    stopped: Mapping[str, Stopped] = field(default_factory=dict)
    """The event source mappings of queues that are stopped."""
    unread: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Why resources could not be read: the logical names by the reason."""


def read_live(preview: Preview) -> Live:
    """Read what exists and holds orders or explains them. What cannot be read is listed: a rule assumes the worst."""
    queues: dict[str, QueueFacts] = {}
    items: dict[str, int] = {}
    ages: dict[str, timedelta] = {}
    stopped: dict[str, Stopped] = {}
    unread: dict[str, list[str]] = {}
    regions: dict[str, Clients] = {}
    for change in preview.changes:
        if not _is_read(change):
            continue
        try:
            region = _region(change)
            clients = regions.setdefault(region, Clients(region))
            match change.type:
                case types.QUEUE:
                    queues[change.urn] = _read_queue(clients, change)
                case types.TABLE:
                    items[change.urn] = _read_table(clients, change)
                case types.MAPPING:
                    if _is_stopped(clients, change):
                        # An error ends this at any step, and what was read before it stays.
                        stopped[change.urn] = Stopped()
                        stopped[change.urn] = paused = Stopped(pause=_read_pause(clients, change, preview))
                        stopped[change.urn] = replace(paused, outlook=_read_outlook(clients, change, preview))
                case _:
                    if age := _read_log_age(clients, change):
                        ages[change.urn] = age
        except (BotoCoreError, ClientError, UserError) as error:
            unread.setdefault(masked(_reason(error)), []).append(masked(change.name))
    return Live(queues=queues, items=items, log_ages=ages, stopped=stopped, unread=unread)


def _is_read(change: Change) -> bool:
    """Whether a resource exists whose content or state the rules know."""
    match change.type:
        case types.QUEUE | types.TABLE:
            return bool(change.outputs)
        case types.MAPPING:
            return ":sqs:" in str(change.outputs.get("eventSourceArn"))
        case types.LOG_GROUP:
            return bool(change.outputs) and "retentionInDays" in change.changed
        case _:
            return False


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


def _is_stopped(clients: Clients, change: Change) -> bool:
    mapping = clients.lambda_.get_event_source_mapping(UUID=str(change.outputs.get("uuid")))
    _check_identity(mapping["EventSourceMappingArn"], change)
    return is_stopped(mapping["State"])


def _read_pause(clients: Clients, mapping: Change, preview: Preview) -> Pause | None:
    """The pause in the history, which is in the log group of the function."""
    function = _function_of(mapping, preview)
    logging = function.outputs.get("loggingConfig") if function else None
    group = logging.get("logGroup") if isinstance(logging, dict) else None
    return last_pause(clients.logs, str(group)) if group else None


def _read_outlook(clients: Clients, mapping: Change, preview: Preview) -> Outlook | None:
    """What becomes of the orders that wait. None if the stack does not export the names of this program."""
    function, exported = _function_of(mapping, preview), preview.exported
    texts = [exported.get(name) for name in ("topicArn", "queueUrl", "tableName")]
    is_ours = function is not None and exported.get("processorName") == function.physical_name
    if not is_ours or not all(isinstance(text, str) for text in texts) or len(str(texts[0]).split(":")) < _ARN_PARTS:
        return None
    return read_outlook(System(DeployedOutputs(mapping.stack, exported), clients))


def _function_of(mapping: Change, preview: Preview) -> Change | None:
    arn = mapping.outputs.get("functionArn")
    functions = (one for one in preview.changes if one.type == types.FUNCTION and one.outputs.get("arn") == arn)
    return next(functions, None)


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
