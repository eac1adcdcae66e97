"""Move tasks: SQS itself moves all dead letters to OrderQueue (StartMessageMoveTask)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ops.errors import NothingDone
from ops.history import recorded
from ops.queues import arn_of_queue
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


def start_move_task(system: System, *, rate: int, reason: str) -> None:
    """Start to move all dead letters, at 1 to MAX_RATE messages per second.

    Raises NothingDone if a move task is running, or if OrderDLQ is the dead-letter queue of no queue.
    """
    urls = system.outputs.dead_letter_queue_url, system.outputs.queue_url
    source, target = (arn_of_queue(system.clients.sqs, url) for url in urls)
    with recorded(system, "move start", reason=reason, rate=rate) as result:
        try:
            answer = system.clients.sqs.start_message_move_task(
                SourceArn=source, DestinationArn=target, MaxNumberOfMessagesPerSecond=rate
            )
        except ClientError as error:
            if _is_running_already(error):
                raise NothingDone("a move task is running already: SQS runs one at a time") from None
            if _has_no_source(error):
                raise NothingDone(
                    "no queue has OrderDLQ as its dead-letter queue, so SQS moves nothing: deploy the stack again"
                ) from None
            raise
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
        try:
            answer = system.clients.sqs.cancel_message_move_task(TaskHandle=running.handle)
        except ClientError as error:
            if _has_ended(error):
                raise NothingDone("the move task has ended, so nothing was canceled") from None
            raise
        moved = result["moved"] = answer["ApproximateNumberOfMessagesMoved"]
    return moved


# AWS uses codes that also have other causes, so the texts decide. Only some codes are prefixed with a namespace.
def _is_running_already(error: ClientError) -> bool:
    # AWS answers InvalidParameterValue. Its reference names UnsupportedOperation.
    return _is(error, {"InvalidParameterValue", "UnsupportedOperation"}, "already")


def _has_no_source(error: ClientError) -> bool:
    return _is(error, {"InvalidParameterValue"}, "must be configured as a dead letter queue")


def _has_ended(error: ClientError) -> bool:
    return _is(error, {"ResourceNotFoundException"}, "task") or _is(error, {"InvalidParameterValue"}, "not running")


def _is(error: ClientError, codes: Collection[str], text: str) -> bool:
    code = error.response["Error"]["Code"].rpartition(".")[2]
    return code in codes and text in error.response["Error"].get("Message", "").lower()


def _tasks(system: System) -> list[MoveTask]:
    source = arn_of_queue(system.clients.sqs, system.outputs.dead_letter_queue_url)
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
