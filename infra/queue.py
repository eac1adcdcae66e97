"""Where orders wait, and where failed ones are set aside."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.settings import QueueSettings

MAX_MESSAGE_BYTES = 1_048_576
"""The largest message that SQS takes (SQS Developer Guide, message quotas), so that size is the topic's to limit: what
SNS has accepted always fits. Said here because the provider's own default is less."""


class OrderQueue(pulumi.ComponentResource):
    """The queue that orders wait in, and the dead-letter queue that SQS moves the failed ones to.

    Both are encrypted and answer over TLS only. The queue lets the topic send, and is the only one
    that may use the dead-letter queue. `accepts_orders` is the queue's policy: nothing can be delivered before.
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
        super().__init__("orders:index:OrderQueue", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.max_receive_count = settings.max_receive_count
        dead_letters_name = f"{name.removesuffix('Queue')}DLQ"
        self.dead_letters = aws.sqs.Queue(
            dead_letters_name,
            message_retention_seconds=settings.dead_letter_retention_seconds,
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=child,
        )
        self.queue = aws.sqs.Queue(
            name,
            visibility_timeout_seconds=settings.visibility_timeout_seconds,
            message_retention_seconds=settings.message_retention_seconds,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": settings.max_receive_count}
            ),
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=child,
        )
        aws.sqs.RedriveAllowPolicy(
            dead_letters_name,
            queue_url=self.dead_letters.url,
            redrive_allow_policy=pulumi.Output.json_dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self.queue.arn]}
            ),
            opts=child,
        )
        queue_policy(dead_letters_name, self.dead_letters, opts=child)
        self.accepts_orders = queue_policy(
            name, self.queue, policies.topic_may_send(fed_by.arn, self.queue.arn), opts=child
        )
        self.register_outputs({"url": self.queue.url, "deadLettersUrl": self.dead_letters.url})


def encryption(key: aws.kms.Key | None) -> Mapping[str, Any]:
    """A queue's inputs for encryption: with the key, or with SQS's own."""
    return {"kms_master_key_id": key.id} if key else {"sqs_managed_sse_enabled": True}


def queue_policy(
    name: str, queue: aws.sqs.Queue, *statements: policies.Statement, opts: pulumi.ResourceOptions
) -> aws.sqs.QueuePolicy:
    """The queue's one policy document: what is given, and that nothing goes without TLS."""
    document = policies.policy(*statements, policies.queue_only_over_tls(queue.arn))
    return aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=pulumi.Output.json_dumps(document), opts=opts)
