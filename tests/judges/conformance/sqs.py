"""Cases of SQS: messages, batches and limits."""

from typing import Any

from tests.judges.conformance.case import Aws, Service, answer_to, code_of
from tests.judges.conformance.queues import Queue

SQS = Service("SQS", at_once=6)
MIB = 1_048_576
API = "SQS API Reference"
GUIDE = "SQS Developer Guide"


@SQS.case(
    "`ApproximateReceiveCount` counts the receives of a message",
    source=f"{API}, ReceiveMessage",
    documented="1, 2",
)
def receive_count(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}")
    received = [queue.receive(VisibilityTimeout=0)[0] for _ in range(2)]
    return ", ".join(message["Attributes"]["ApproximateReceiveCount"] for message in received)


@SQS.case(
    "A visibility timeout of 0 makes a message visible at once",
    source=f"{API}, ChangeMessageVisibility",
    documented="received again",
)
def visibility_zero(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}")
    [message] = queue.receive()
    queue.sqs.change_message_visibility(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return "received again" if queue.receive() else "not received"


@SQS.case(
    "The visibility timeout of a message that is not in flight cannot be changed: its entry fails",
    source=f"{API}, ChangeMessageVisibilityBatch",
    documented="1 failed",
)
def not_in_flight(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}")
    [message] = queue.receive(VisibilityTimeout=0)
    return _renewed(queue, message["ReceiptHandle"])


def _renewed(queue: Queue, receipt: str) -> str:
    entry = {"Id": "0", "ReceiptHandle": receipt, "VisibilityTimeout": 30}
    answer = queue.sqs.change_message_visibility_batch(QueueUrl=queue.url, Entries=[entry])
    return f"{len(answer.get('Failed', []))} failed"


@SQS.case(
    "The visibility timeout of a deleted message cannot be changed: its entry fails",
    source=f"{API}, ChangeMessageVisibilityBatch",
    documented="1 failed",
)
def deleted_not_renewed(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}")
    [message] = queue.receive()
    queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
    return _renewed(queue, message["ReceiptHandle"])


@SQS.case(
    "The receipt handle of an earlier receive cannot change the visibility timeout: its entry fails",
    source=f"{API}, ChangeMessageVisibilityBatch",
    documented="1 failed",
)
def old_receipt(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}")
    [first] = queue.receive(VisibilityTimeout=0)
    queue.receive(VisibilityTimeout=30)
    return _renewed(queue, first["ReceiptHandle"])


@SQS.case(
    "The counts tell visible messages from those in flight",
    source=f"{API}, GetQueueAttributes",
    documented="1 visible, 1 in flight",
)
def counts(aws: Aws) -> str:
    queue = Queue(aws)
    for _ in range(2):
        queue.send("{}")
    queue.receive(MaxNumberOfMessages=1)
    visible, hidden = (queue.attribute(f"ApproximateNumberOfMessages{state}") for state in ("", "NotVisible"))
    return f"{visible} visible, {hidden} in flight"


@SQS.case("Deleting a message again succeeds", source=f"{API}, DeleteMessage", documented="accepted")
def deleted_again(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}")
    [message] = queue.receive()
    delete = {"QueueUrl": queue.url, "ReceiptHandle": message["ReceiptHandle"]}
    queue.sqs.delete_message(**delete)
    return answer_to(queue.sqs.delete_message, **delete)


@SQS.case(
    "An entry with a character that SQS refuses fails alone",
    source=f"{API}, SendMessageBatch",
    documented="1 sent, 1 failed",
)
def failed_entry(aws: Aws) -> str:
    queue = Queue(aws)
    entries = [{"Id": "good", "MessageBody": "{}"}, {"Id": "bad", "MessageBody": "\x01"}]
    answer = queue.sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    return f"{len(answer.get('Successful', []))} sent, {len(answer.get('Failed', []))} failed"


def _batch(aws: Aws, *entries: tuple[str, str]) -> str:
    queue = Queue(aws)
    sent: Any = [{"Id": name, "MessageBody": body} for name, body in entries]
    return answer_to(queue.sqs.send_message_batch, QueueUrl=queue.url, Entries=sent)


@SQS.case(
    "A batch with the same ID twice is refused",
    source=f"{API}, SendMessageBatch",
    documented="BatchEntryIdsNotDistinct",
)
def same_id_twice(aws: Aws) -> str:
    return _batch(aws, ("a", "1"), ("a", "2"))


@SQS.case(
    "A batch of 11 messages is refused",
    source=f"{API}, SendMessageBatch",
    documented="TooManyEntriesInBatchRequest",
)
def eleven_entries(aws: Aws) -> str:
    return _batch(aws, *((str(number), "{}") for number in range(11)))


@SQS.case(
    "A batch of more than 1 MiB is refused, although each message is small enough",
    source=f"{API}, SendMessageBatch",
    documented="BatchRequestTooLong",
)
def batch_too_long(aws: Aws) -> str:
    return _batch(aws, ("a", "x" * (MIB // 2)), ("b", "x" * (MIB // 2 + 1)))


@SQS.case("A message of 1 MiB is accepted", source=f"{GUIDE}, Message quotas", documented="accepted")
def one_mebibyte(aws: Aws) -> str:
    queue = Queue(aws)
    return answer_to(queue.send, body="x" * MIB)


@SQS.case(
    "A larger message is refused",
    source=f"{GUIDE}, Message quotas",
    documented="InvalidParameterValue",
)
def over_one_mebibyte(aws: Aws) -> str:
    queue = Queue(aws)
    return answer_to(queue.send, body="x" * (MIB + 1))


@SQS.case(
    "Attributes count towards the size of a message",
    source=f"{GUIDE}, Message metadata",
    documented="InvalidParameterValue",
)
def attributes_count(aws: Aws) -> str:
    queue = Queue(aws)
    attribute = {"name": {"DataType": "String", "StringValue": "x" * 100}}
    return answer_to(queue.send, body="x" * (MIB - 50), MessageAttributes=attribute)


@SQS.case(
    "A message with 11 attributes is refused",
    source=f"{GUIDE}, Message metadata",
    documented="InvalidParameterValue",
)
def eleven_attributes(aws: Aws) -> str:
    queue = Queue(aws)
    attributes = {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(11)}
    return answer_to(queue.send, body="{}", MessageAttributes=attributes)


@SQS.case(
    "A standard queue keeps the message group ID",
    source=f"{API}, SendMessage",
    documented="g1",
)
def message_group(aws: Aws) -> str:
    queue = Queue(aws)
    queue.send("{}", MessageGroupId="g1")
    [message] = queue.receive()
    return str(message["Attributes"].get("MessageGroupId", "lost"))


@SQS.case(
    "A queue keeps messages for 4 days by default",
    source=f"{API}, CreateQueue",
    documented="345600",
)
def retention(aws: Aws) -> str:
    return Queue(aws).attribute("MessageRetentionPeriod")


@SQS.case("A queue that does not exist is an error", source=f"{API}, GetQueueUrl", documented="QueueDoesNotExist")
def no_such_queue(aws: Aws) -> str:
    sqs = aws.client("sqs")
    try:
        sqs.get_queue_url(QueueName="no-such-queue")
    except sqs.exceptions.QueueDoesNotExist:
        return "QueueDoesNotExist"
    except sqs.exceptions.ClientError as error:
        return code_of(error)
    return "accepted"


@SQS.case(
    "A FIFO queue drops a message with the same deduplication ID",
    source=f"{API}, SendMessage",
    documented="1 message",
)
def fifo_deduplication(aws: Aws) -> str:
    queue = Queue.fifo(aws)
    for _ in range(2):
        queue.send("{}", MessageGroupId="g", MessageDeduplicationId="d")
    return f"{len(queue.receive())} message"


@SQS.case(
    "A FIFO queue returns a group in order, and none of it while one of its messages is in flight",
    source=f"{API}, ReceiveMessage",
    documented="1, none, 2",
)
def fifo_order(aws: Aws) -> str:
    queue = Queue.fifo(aws, ContentBasedDeduplication="true")
    for body in "12":
        queue.send(body, MessageGroupId="g")
    [first] = queue.receive(MaxNumberOfMessages=1)
    meanwhile = [message["Body"] for message in queue.receive()]
    queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=first["ReceiptHandle"])
    [second] = queue.receive()
    return f"{first['Body']}, {meanwhile or 'none'}, {second['Body']}"
