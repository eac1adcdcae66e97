"""How orders get from the topic into the queue."""

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.queue import MAX_MESSAGE_BYTES, OrderQueue, encryption, queue_policy
from infra.settings import QueueSettings


class OrderSubscription(pulumi.ComponentResource):
    """The queue's subscription to the topic, and a queue of its own for what SNS could not deliver.

    Delivery is raw: the message in the queue is the order as it was published, without SNS's envelope.
    """

    def __init__(
        self,
        name: str,
        settings: QueueSettings,
        *,
        topic: aws.sns.Topic,
        queue: OrderQueue,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderSubscription", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        undelivered_name = f"{name.removesuffix('Subscription')}Undelivered"
        self.undelivered = aws.sqs.Queue(
            undelivered_name,
            message_retention_seconds=settings.dead_letter_retention_seconds,
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=child,
        )
        accepts_undelivered = queue_policy(
            undelivered_name,
            self.undelivered,
            policies.topic_may_send(topic.arn, self.undelivered.arn),
            opts=child,
        )
        aws.sns.TopicSubscription(
            name,
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.queue.arn,
            raw_message_delivery=True,
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": self.undelivered.arn}),
            # SNS drops what a queue refuses, so neither queue may be subscribed before it accepts.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[queue.accepts_orders, accepts_undelivered]),
        )
        self.register_outputs({"undeliveredUrl": self.undelivered.url})
