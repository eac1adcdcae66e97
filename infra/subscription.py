"""The subscription that delivers orders from the topic to the queue."""

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.queue import MAX_MESSAGE_BYTES, OrderQueue, encryption, queue_policy
from infra.settings import QueueSettings


class OrderSubscription(pulumi.ComponentResource):
    """The queue's subscription to the topic, and a queue for orders that SNS cannot deliver.

    The subscription uses raw message delivery: the message in the queue is the order as it was published, without an
    envelope.
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
        self._child = pulumi.ResourceOptions(parent=self)
        undelivered_name = f"{name.removesuffix('Subscription')}Undelivered"
        self.undelivered = self._undelivered_queue(undelivered_name, settings, key)
        accepts_undelivered = self._accept_undelivered(undelivered_name, topic)
        self._subscribe(name, topic, queue, after=[queue.accepts_orders, accepts_undelivered])
        self.register_outputs({"undeliveredUrl": self.undelivered.url})

    def _undelivered_queue(self, name: str, settings: QueueSettings, key: aws.kms.Key | None) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            name,
            message_retention_seconds=settings.dead_letter_retention_seconds,
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=self._child,
        )

    def _accept_undelivered(self, name: str, topic: aws.sns.Topic) -> aws.sqs.QueuePolicy:
        allowed = policies.topic_may_send(topic.arn, self.undelivered.arn)
        return queue_policy(name, self.undelivered, allowed, opts=self._child)

    def _subscribe(self, name: str, topic: aws.sns.Topic, queue: OrderQueue, after: list[pulumi.Resource]) -> None:
        aws.sns.TopicSubscription(
            name,
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.queue.arn,
            raw_message_delivery=True,
            redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": self.undelivered.arn}),
            # SNS drops a message that a queue rejects, so both queues must accept messages before the subscription.
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
