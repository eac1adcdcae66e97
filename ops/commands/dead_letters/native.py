"""`orders dead-letters redrive --native`: SQS moves the dead letters by itself."""

from ops.dead_letters.history import recorded
from ops.errors import Exit, UserError
from ops.system import System
from ops.terminal import line_of, say_json

MOST_A_SECOND = 500
"""The fastest that SQS moves (SQS API Reference, StartMessageMoveTask)."""
COLUMNS = {"status": 12, "moved": 10, "of": 10, "why": 0}


def native_move(system: System, what: str, *, rate: float, confirm: bool, reason: str, as_json: bool) -> None:
    """Start, look at or cancel the move of all dead letters to the queue. Raises UserError where SQS has none."""
    source, target = (_arn(system, output) for output in ("deadLetterQueueUrl", "queueUrl"))
    match what:
        case "start" if not confirm:
            print("nothing was started: add --confirm to let SQS move every dead letter, none left out")
        case "start":
            with recorded(system, "native redrive", why=reason) as result:
                answer = system.sqs.start_message_move_task(
                    SourceArn=source,
                    DestinationArn=target,
                    MaxNumberOfMessagesPerSecond=max(1, min(MOST_A_SECOND, int(rate))),
                )
                result["task"] = answer["TaskHandle"]
            print("started: `orders dlq redrive --native status` tells how far it is")
        case "status":
            _tell(system, source, as_json=as_json)
        case "cancel":
            _cancel(system, source, reason)
        case _:
            raise UserError(f"--native takes start, status or cancel, not {what}", Exit.USAGE)


def _tell(system: System, source: str, *, as_json: bool) -> None:
    tasks = system.sqs.list_message_move_tasks(SourceArn=source, MaxResults=10).get("Results", [])
    if not tasks:
        raise UserError("SQS has moved nothing from these dead letters lately", Exit.NOT_ALL)
    rows = [
        {
            "status": task["Status"],
            "moved": task.get("ApproximateNumberOfMessagesMoved", 0),
            "of": task.get("ApproximateNumberOfMessagesToMove", "?"),
            "why": task.get("FailureReason", ""),
        }
        for task in tasks
    ]
    if as_json:
        say_json(rows)
        return
    print(line_of({name: name for name in COLUMNS}, COLUMNS))
    for row in rows:
        print(line_of(row, COLUMNS))


def _cancel(system: System, source: str, reason: str) -> None:
    tasks = system.sqs.list_message_move_tasks(SourceArn=source, MaxResults=10).get("Results", [])
    running = [task for task in tasks if task["Status"] == "RUNNING"]
    if not running:
        raise UserError("SQS is not moving anything from these dead letters", Exit.NOT_ALL)
    with recorded(system, "native cancel", why=reason) as result:
        answer = system.sqs.cancel_message_move_task(TaskHandle=running[0]["TaskHandle"])
        result["moved"] = answer["ApproximateNumberOfMessagesMoved"]
    print(f"cancelled; about {result['moved']:,} were moved")


def _arn(system: System, output: str) -> str:
    attributes = system.sqs.get_queue_attributes(QueueUrl=system.output(output), AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]
