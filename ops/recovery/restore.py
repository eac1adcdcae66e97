"""Restores the table to a new one, as it was at an earlier time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ops.errors import InvalidInput, NothingDone
from ops.history import recorded
from ops.recovery.tables import check_name
from ops.system import System

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOT_RESTORED = (
    *("the stream", "point-in-time recovery", "deletion protection", "tags", "Time to Live", "auto scaling"),
    *("IAM policies", "alarms"),
)
"""What a restored table lacks (DynamoDB Developer Guide, point-in-time recovery). It has the table's encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """The time to which the table is restored, and the name of the new table."""

    source: str
    target: str
    at: datetime


def plan_restore(system: System, at: datetime | None, target: str | None) -> RestorePlan:
    """Plan a restore to a time with whole seconds, or to the latest possible one.

    Raises InvalidInput for a time to which DynamoDB cannot restore, and NothingDone if it can restore to none.
    """
    dynamodb, source = system.clients.dynamodb, system.outputs.table_name
    earliest, latest = _period(dynamodb, source)
    at = (at or latest).astimezone(UTC).replace(microsecond=0)
    if not earliest.replace(microsecond=0) <= at <= latest:
        period = f"{earliest:%Y-%m-%d %H:%M:%SZ} to {latest:%Y-%m-%d %H:%M:%SZ}"
        raise InvalidInput(f"{source} cannot be restored to {at:%Y-%m-%d %H:%M:%SZ}: give a time from {period}")
    target = target or f"{source}-{at:%Y%m%dT%H%M%SZ}"
    check_name(target)
    if status := _status(dynamodb, target):
        raise NothingDone(f"the table {target} exists already, and is {status}: compare it, or name another one")
    return RestorePlan(source=source, target=target, at=at)


def restore(system: System, plan: RestorePlan, *, reason: str) -> None:
    """Let DynamoDB restore the table. It needs minutes or hours, and the new table can be read afterwards."""
    dynamodb = system.clients.dynamodb
    time = plan.at.isoformat()
    with recorded(system, "table restore", reason=reason, to=time, table=plan.target):
        try:
            dynamodb.restore_table_to_point_in_time(
                SourceTableName=plan.source, TargetTableName=plan.target, RestoreDateTime=plan.at
            )
        except dynamodb.exceptions.TableAlreadyExistsException:
            raise NothingDone(f"the table {plan.target} exists already: compare it, or name another one") from None
        except dynamodb.exceptions.InvalidRestoreTimeException as error:
            raise InvalidInput(f"{plan.source} cannot be restored to {time}: {error}") from None


def _period(dynamodb: "DynamoDBClient", table: str) -> tuple[datetime, datetime]:
    """The earliest and the latest time to which the table can be restored."""
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery: Any = found.get("PointInTimeRecoveryDescription", {})
    earliest, latest = recovery.get("EarliestRestorableDateTime"), recovery.get("LatestRestorableDateTime")
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED" or earliest is None or latest is None:
        problem = f"{table} has no point-in-time recovery, or it was turned on a moment ago"
        raise NothingDone(f"{problem}: `pulumi up --refresh` turns it on, and then protects what is written")
    return earliest.astimezone(UTC), latest.astimezone(UTC)


def _status(dynamodb: "DynamoDBClient", table: str) -> str:
    """The status of a table. Empty if there is none."""
    try:
        return str(dynamodb.describe_table(TableName=table)["Table"]["TableStatus"])
    except dynamodb.exceptions.ResourceNotFoundException:
        return ""
