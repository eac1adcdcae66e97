"""Move tasks: SQS itself moves all dead letters to OrderQueue (StartMessageMoveTask)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.dead_letters.history import recorded
from ops.errors import NothingDone
from ops.system import System

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import ListMessageMoveTasksResultEntryTypeDef

MAX_RATE = 500
"""The maximum number of messages per second of a move task (SQS API Reference, StartMessageMoveTask)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTask:
    """A move task as SQS lists it. Its counts are approximate."""

    status: str
    moved: int
    total: int | None
    """None if SQS does not report it."""
    failure: str
    handle: str
    """Empty unless the task is running."""


def start_move_task(system: System, *, rate: float, reason: str) -> None:
    """Start to move all dead letters, at 1 to 500 messages per second."""
    source, target = (_arn(system, url) for url in (system.outputs.dead_letter_queue_url, system.outputs.queue_url))
    with recorded(system, "move start", reason=reason) as result:
        answer = system.clients.sqs.start_message_move_task(
            SourceArn=source,
            DestinationArn=target,
            MaxNumberOfMessagesPerSecond=max(1, min(MAX_RATE, int(rate))),
        )
        result["task"] = answer["TaskHandle"]


def list_move_tasks(system: System) -> Sequence[MoveTask]:
    """List the latest move tasks, newest first. Raises NothingDone if there are none."""
    if tasks := _tasks(system):
        return tasks
    raise NothingDone("SQS lists no move task of OrderDLQ")


def cancel_move_task(system: System, *, reason: str) -> int:
    """Cancel the running move task. Returns the approximate number of moved letters.

    Raises NothingDone if no move task is running.
    """
    running = next((task for task in _tasks(system) if task.status == "RUNNING"), None)
    if running is None:
        raise NothingDone("no move task is running")
    with recorded(system, "move cancel", reason=reason) as result:
        answer = system.clients.sqs.cancel_message_move_task(TaskHandle=running.handle)
        moved = result["moved"] = answer["ApproximateNumberOfMessagesMoved"]
    return moved


def _tasks(system: System) -> list[MoveTask]:
    source = _arn(system, system.outputs.dead_letter_queue_url)
    answer = system.clients.sqs.list_message_move_tasks(SourceArn=source, MaxResults=10)
    return [_task(entry) for entry in answer.get("Results", [])]


def _task(entry: "ListMessageMoveTasksResultEntryTypeDef") -> MoveTask:
    return MoveTask(
        status=entry["Status"],
        moved=entry.get("ApproximateNumberOfMessagesMoved", 0),
        total=entry.get("ApproximateNumberOfMessagesToMove"),
        failure=entry.get("FailureReason", ""),
        handle=entry.get("TaskHandle", ""),
    )


def _arn(system: System, queue_url: str) -> str:
    answer = system.clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]
