"""Cases of SQS: dead-letter queues and move tasks."""

import json

from tests.judges.conformance.case import Aws, answer_to, refusal_of
from tests.judges.conformance.queues import Queue, moved_by_sqs, with_dead_letters
from tests.judges.conformance.sqs import API, GUIDE, SQS
from tests.support.waiting import eventually

RECORDED = "AWS's answers that LocalStack's tests recorded in January 2024, test_sqs_move_task.snapshot.json"
"""In tests/aws/services/sqs of https://github.com/localstack/localstack."""


@SQS.case(
    "After `maxReceiveCount` receives, SQS moves a message to the dead-letter queue, with its message ID",
    source=f"{GUIDE}, Dead-letter queues",
    documented="moved, same ID",
)
def redriven(aws: Aws) -> str:
    queue, dead_letters = with_dead_letters(aws)
    message_id, letter = moved_by_sqs(queue, dead_letters)
    return f"moved, {'same' if letter['MessageId'] == message_id else 'new'} ID"


@SQS.case(
    "A dead letter keeps its attributes and its first enqueue time",
    source=f"{GUIDE}, Dead-letter queues",
    documented="kept",
)
def redriven_with_time(aws: Aws) -> str:
    queue, dead_letters = with_dead_letters(aws, max_receive_count=1)
    queue.send("{}", MessageAttributes={"name": {"DataType": "String", "StringValue": "x"}})
    [message] = queue.receive(VisibilityTimeout=0)
    queue.receive(WaitTimeSeconds=0)
    [letter] = dead_letters.receive()
    is_kept = letter["Attributes"]["SentTimestamp"] == message["Attributes"]["SentTimestamp"]
    return "kept" if is_kept and letter.get("MessageAttributes") == message["MessageAttributes"] else "changed"


@SQS.case(
    "A dead letter names the queue that it comes from, in `DeadLetterQueueSourceArn`",
    source=f"{API}, ReceiveMessage",
    documented="named",
)
def names_its_source(aws: Aws) -> str:
    queue, dead_letters = with_dead_letters(aws)
    _, letter = moved_by_sqs(queue, dead_letters)
    return "named" if letter["Attributes"].get("DeadLetterQueueSourceArn") == queue.arn else "not named"


@SQS.case(
    "A queue whose redrive permission is `byQueue` refuses other source queues",
    source=f"{API}, SetQueueAttributes",
    documented="refused",
)
def other_source(aws: Aws) -> str:
    queue, other = Queue(aws), Queue(aws)
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn]}
    dead_letters = Queue(aws, RedriveAllowPolicy=json.dumps(allowed))
    policy = json.dumps({"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": 3})
    return refusal_of(other.sqs.set_queue_attributes, QueueUrl=other.url, Attributes={"RedrivePolicy": policy})


def _slow_task(aws: Aws) -> tuple[Queue, dict[str, object]]:
    """A dead-letter queue with messages, and a move task that takes some seconds."""
    queue, dead_letters = with_dead_letters(aws)
    for number in range(5):
        dead_letters.send(str(number))
    return dead_letters, {
        "SourceArn": dead_letters.arn,
        "DestinationArn": queue.arn,
        "MaxNumberOfMessagesPerSecond": 1,
    }


@SQS.case(
    "A move task moves all dead letters, each as a new message with a new ID",
    source=f"{API}, StartMessageMoveTask; {GUIDE}, Redrive",
    documented="moved, new ID",
)
def move_task(aws: Aws) -> str:
    queue, dead_letters = with_dead_letters(aws)
    sent = dead_letters.send("{}")
    queue.sqs.start_message_move_task(SourceArn=dead_letters.arn, DestinationArn=queue.arn)
    [moved] = eventually(queue.receive, "the moved message")
    return f"moved, {'same' if moved['MessageId'] == sent else 'new'} ID"


@SQS.case(
    "A queue has one move task at a time",
    source=f"{RECORDED}, test_start_multiple_move_tasks; the reference names `UnsupportedOperation`",
    documented="InvalidParameterValue",
)
def second_move_task(aws: Aws) -> str:
    dead_letters, task = _slow_task(aws)
    dead_letters.sqs.start_message_move_task(**task)
    return answer_to(dead_letters.sqs.start_message_move_task, **task)


@SQS.case(
    "A move task of a queue that is no dead-letter queue is refused",
    source=f"{API}, StartMessageMoveTask; its code: {RECORDED}, test_source_needs_redrive_policy",
    documented="InvalidParameterValue",
)
def move_from_any_queue(aws: Aws) -> str:
    queue, other = Queue(aws), Queue(aws)
    return answer_to(queue.sqs.start_message_move_task, SourceArn=queue.arn, DestinationArn=other.arn)


@SQS.case(
    "A move task of a queue that does not exist is refused",
    source=f"{API}, StartMessageMoveTask",
    documented="ResourceNotFoundException",
)
def move_from_no_queue(aws: Aws) -> str:
    queue = Queue(aws)
    return answer_to(queue.sqs.start_message_move_task, SourceArn=f"{queue.arn}-missing", DestinationArn=queue.arn)


@SQS.case(
    "A canceled move task stops, and is listed as canceled",
    source=f"{API}, CancelMessageMoveTask, ListMessageMoveTasks",
    documented="CANCELLED",
)
def canceled_move_task(aws: Aws) -> str:
    dead_letters, task = _slow_task(aws)
    sqs, source = dead_letters.sqs, dead_letters.arn
    sqs.start_message_move_task(**task)
    [running] = sqs.list_message_move_tasks(SourceArn=source)["Results"]
    sqs.cancel_message_move_task(TaskHandle=running["TaskHandle"])

    def ended() -> str:
        tasks = sqs.list_message_move_tasks(SourceArn=source)["Results"]
        status = str(tasks[0]["Status"]) if tasks else "not listed"
        return "" if status in {"RUNNING", "CANCELLING"} else status

    return eventually(ended, "the end of the move task")
