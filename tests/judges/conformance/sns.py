"""Cases of SNS with a queue as the subscriber."""

import json
from typing import Any

from tests.judges.conformance.case import Aws, Service, answer_to, new_name
from tests.judges.conformance.queues import Queue

SNS = Service("SNS", at_once=6)
KIB_256 = 262_144
API = "SNS API Reference"
GUIDE = "SNS Developer Guide"
TEXT = "String"


class Topic:
    """A new topic with a queue that is subscribed to it, and that lets it send."""

    def __init__(self, aws: Aws, *, is_raw: bool = True, is_fifo: bool = False, **attributes: Any) -> None:
        self.sns = aws.client("sns")
        suffix = ".fifo" if is_fifo else ""
        fifo = {"FifoTopic": "true"} if is_fifo else {}
        self.arn = self.sns.create_topic(Name=new_name(suffix), Attributes=fifo)["TopicArn"]
        self.queue = Queue.fifo(aws) if is_fifo else Queue(aws)
        let_topic_send(self.arn, self.queue)
        subscribed = {"RawMessageDelivery": "true" if is_raw else "false", **attributes}
        self.subscription = self.sns.subscribe(
            TopicArn=self.arn,
            Protocol="sqs",
            Endpoint=self.queue.arn,
            Attributes=subscribed,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def publish(self, body: str, **more: Any) -> None:
        self.sns.publish(TopicArn=self.arn, Message=body, **more)


def let_topic_send(topic: str, queue: Queue) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queue.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})


def texts(**values: str) -> dict[str, Any]:
    return {name: {"DataType": TEXT, "StringValue": value} for name, value in values.items()}


@SNS.case(
    "With raw delivery, the body of the message is the body that was published, with its attributes",
    source=f"{GUIDE}, Raw message delivery",
    documented='{"a":1}, x',
)
def raw(aws: Aws) -> str:
    topic = Topic(aws)
    topic.publish('{"a":1}', MessageAttributes=texts(status="x"))
    [message] = topic.queue.receive()
    return f"{message['Body']}, {message.get('MessageAttributes', {}).get('status', {}).get('StringValue')}"


@SNS.case(
    "Without raw delivery, the body is a notification that contains the message",
    source=f"{GUIDE}, Raw message delivery",
    documented="Notification of {}",
)
def envelope(aws: Aws) -> str:
    topic = Topic(aws, is_raw=False)
    topic.publish("{}")
    [message] = topic.queue.receive()
    notification = json.loads(message["Body"])
    return f"{notification['Type']} of {notification['Message']}"


@SNS.case(
    "With raw delivery, a message with more than 10 attributes is discarded",
    source=f"{GUIDE}, Message attributes",
    documented="discarded",
)
def eleven_attributes(aws: Aws) -> str:
    topic = Topic(aws)
    topic.publish("eleven", MessageAttributes=texts(**{f"a{number}": "x" for number in range(11)}))
    topic.publish("last")
    return "delivered" if "eleven" in topic.queue.bodies("last") else "discarded"


@SNS.case(
    "A filter policy chooses messages by their attributes: one of the values of each name",
    source=f"{GUIDE}, Subscription filter policies",
    documented="last, paid",
)
def filter_policy(aws: Aws) -> str:
    topic = Topic(aws, FilterPolicy=json.dumps({"status": ["paid", "last"], "type": ["stored"]}))
    for status, kind in (("new", "stored"), ("paid", "stored"), ("paid", "replayed"), ("last", "stored")):
        topic.publish(status, MessageAttributes=texts(status=status, type=kind))
    topic.publish("none")
    return ", ".join(topic.queue.bodies("last"))


@SNS.case("A message of 256 KiB is accepted", source=f"{API}, Publish", documented="accepted")
def message_of_256_kib(aws: Aws) -> str:
    return answer_to(Topic(aws).publish, body="x" * KIB_256)


@SNS.case(
    "A larger message is refused by default",
    source=f"{API}, Publish",
    documented="InvalidParameter",
)
def over_256_kib(aws: Aws) -> str:
    return answer_to(Topic(aws).publish, body="x" * (KIB_256 + 1))


def _batch(aws: Aws, *entries: tuple[str, str]) -> str:
    topic = Topic(aws)
    sent = [{"Id": name, "Message": body} for name, body in entries]
    return answer_to(topic.sns.publish_batch, TopicArn=topic.arn, PublishBatchRequestEntries=sent)


@SNS.case(
    "A batch with the same ID twice is refused", source=f"{API}, PublishBatch", documented="BatchEntryIdsNotDistinct"
)
def same_id_twice(aws: Aws) -> str:
    return _batch(aws, ("a", "1"), ("a", "2"))


@SNS.case("A batch of 11 messages is refused", source=f"{API}, PublishBatch", documented="TooManyEntriesInBatchRequest")
def eleven_entries(aws: Aws) -> str:
    return _batch(aws, *((str(number), "{}") for number in range(11)))


@SNS.case(
    "A batch of more than 256 KiB is refused, although each message is small enough",
    source=f"{API}, PublishBatch",
    documented="BatchRequestTooLong",
)
def batch_too_long(aws: Aws) -> str:
    return _batch(aws, ("a", "x" * (KIB_256 // 2)), ("b", "x" * (KIB_256 // 2 + 1)))


@SNS.case("A topic that does not exist is an error", source=f"{API}, Publish", documented="NotFound")
def no_such_topic(aws: Aws) -> str:
    topic = Topic(aws)
    return answer_to(topic.sns.publish, TopicArn=f"{topic.arn}-missing", Message="{}")


@SNS.case(
    "A message goes to the dead-letter queue of the subscription if the queue does not exist",
    source=f"{GUIDE}, Dead-letter queues",
    documented="in the dead-letter queue",
)
def undelivered(aws: Aws) -> str:
    topic, dead_letters = Topic(aws), Queue(aws)
    let_topic_send(topic.arn, dead_letters)
    policy = json.dumps({"deadLetterTargetArn": dead_letters.arn})
    topic.sns.set_subscription_attributes(
        SubscriptionArn=topic.subscription, AttributeName="RedrivePolicy", AttributeValue=policy
    )
    topic.queue.sqs.delete_queue(QueueUrl=topic.queue.url)
    topic.publish("{}")
    return "in the dead-letter queue" if dead_letters.receive(WaitTimeSeconds=5) else "lost"


@SNS.case(
    "SNS delivers only to a queue whose policy lets the topic send",
    source=f"{GUIDE}, Subscribing an Amazon SQS queue",
    documented="not delivered",
)
def queue_policy(aws: Aws) -> str:
    topic = Topic(aws)
    topic.queue.sqs.set_queue_attributes(QueueUrl=topic.queue.url, Attributes={"Policy": ""})
    topic.publish("{}")
    return "delivered" if topic.queue.receive(WaitTimeSeconds=5) else "not delivered"


@SNS.case(
    "A standard topic passes the message group ID on to a standard queue",
    source=f"{API}, Publish",
    documented="g1",
)
def message_group(aws: Aws) -> str:
    topic = Topic(aws)
    topic.publish("{}", MessageGroupId="g1")
    [message] = topic.queue.receive()
    return str(message["Attributes"].get("MessageGroupId", "lost"))


@SNS.case(
    "A standard topic passes on the message group ID of each message in a batch",
    source=f"{API}, PublishBatch",
    documented="1 in g1, 2 in g2",
)
def message_groups_of_a_batch(aws: Aws) -> str:
    topic = Topic(aws)
    entries = [{"Id": body, "Message": body, "MessageGroupId": f"g{body}"} for body in "12"]
    topic.sns.publish_batch(TopicArn=topic.arn, PublishBatchRequestEntries=entries)
    found = [*topic.queue.receive(), *topic.queue.receive()]
    return ", ".join(sorted(f"{one['Body']} in {one['Attributes'].get('MessageGroupId', 'none')}" for one in found))


@SNS.case(
    "A FIFO topic delivers a group in order, and a message with the same deduplication ID once",
    source=f"{GUIDE}, FIFO topics",
    documented="1, 2",
)
def fifo(aws: Aws) -> str:
    topic = Topic(aws, is_fifo=True)
    for body in "112":
        topic.publish(body, MessageGroupId="g", MessageDeduplicationId=body)
    bodies: list[str] = []
    while received := topic.queue.receive(MaxNumberOfMessages=1):
        bodies.append(received[0]["Body"])
        topic.queue.sqs.delete_message(QueueUrl=topic.queue.url, ReceiptHandle=received[0]["ReceiptHandle"])
    return ", ".join(bodies)


@SNS.case(
    "A FIFO topic refuses a message without a message group ID", source=f"{API}, Publish", documented="InvalidParameter"
)
def fifo_without_group(aws: Aws) -> str:
    return answer_to(Topic(aws, is_fifo=True).publish, body="{}")
