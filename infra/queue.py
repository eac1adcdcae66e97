"""The queue of orders and its dead-letter queue."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.settings import QueueSettings, as_inputs

MAX_MESSAGE_BYTES = 1_048_576
"""The largest message that SQS accepts (SQS Developer Guide, message quotas). With this limit, every message that SNS
accepts fits in the queue. The default of the AWS provider is smaller."""


class OrderQueue(pulumi.ComponentResource):
    """The queue of orders, and the dead-letter queue to which SQS moves orders after too many receives.

    Both queues are encrypted and accept requests only over TLS. Only the topic may send to the order queue, and only
    the order queue may use the dead-letter queue. `accepts_orders` is the policy of the order queue; the queue rejects
    deliveries until the policy exists. `redrives` is its redrive policy: without it, no order becomes a dead letter.
    """

    def __init__(
        self,
        name: str,
        settings: QueueSettings,
        *,
        fed_by: aws.sns.Topic,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderQueue", name, as_inputs(settings), opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.max_receive_count = settings.max_receive_count
        self.dead_letters = self._dead_letter_queue(f"{name.removesuffix('Queue')}DLQ", settings, key)
        self.queue = self._order_queue(name, settings, key)
        allowed = self._close_dead_letters(f"{name.removesuffix('Queue')}DLQ")
        self.redrives = self._redrive_to_dead_letters(name, after=allowed)
        self.accepts_orders = self._accept_orders(name, fed_by)
        self.register_outputs({"url": self.queue.url, "deadLettersUrl": self.dead_letters.url})

    def _dead_letter_queue(self, name: str, settings: QueueSettings, key: aws.kms.Key | None) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            name,
            message_retention_seconds=settings.dead_letter_retention_seconds,
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=self._child,
        )

    def _order_queue(self, name: str, settings: QueueSettings, key: aws.kms.Key | None) -> aws.sqs.Queue:
        return aws.sqs.Queue(
            name,
            visibility_timeout_seconds=settings.visibility_timeout_seconds,
            message_retention_seconds=settings.message_retention_seconds,
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=self._child,
        )

    def _close_dead_letters(self, name: str) -> aws.sqs.RedriveAllowPolicy:
        """Let no other queue use the dead-letter queue, and let nobody send to it directly."""
        sources = {"redrivePermission": "byQueue", "sourceQueueArns": [self.queue.arn]}
        allowed = aws.sqs.RedriveAllowPolicy(
            name,
            queue_url=self.dead_letters.url,
            redrive_allow_policy=pulumi.Output.json_dumps(sources),
            opts=self._child,
        )
        queue_policy(name, self.dead_letters, opts=self._child)
        return allowed

    def _redrive_to_dead_letters(self, name: str, after: pulumi.Resource) -> aws.sqs.RedrivePolicy:
        """Move orders to the dead-letter queue after too many receives.

        This is no input of the queue: SQS accepts it only if the dead-letter queue already allows the order queue, and
        that needs the ARN of the order queue.
        """
        redrive = {"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": self.max_receive_count}
        return aws.sqs.RedrivePolicy(
            name,
            queue_url=self.queue.url,
            redrive_policy=pulumi.Output.json_dumps(redrive),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _accept_orders(self, name: str, topic: aws.sns.Topic) -> aws.sqs.QueuePolicy:
        return queue_policy(name, self.queue, policies.topic_may_send(topic.arn, self.queue.arn), opts=self._child)


def encryption(key: aws.kms.Key | None) -> Mapping[str, Any]:
    """Return the inputs that encrypt a queue with the key, or without a key with one that SQS manages."""
    return {"kms_master_key_id": key.id} if key else {"sqs_managed_sse_enabled": True}


def queue_policy(
    name: str, queue: aws.sqs.Queue, *statements: policies.Statement, opts: pulumi.ResourceOptions
) -> aws.sqs.QueuePolicy:
    """Create the policy of a queue: the statements, and the denial of requests without TLS."""
    document = policies.policy(*statements, policies.queue_only_over_tls(queue.arn))
    return aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=pulumi.Output.json_dumps(document), opts=opts)
