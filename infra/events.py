"""The topic that tells subscribers about changes of orders, and the queue of events that could not be told."""

import pulumi
import pulumi_aws as aws

from handler.contract import EventAttribute, EventType
from infra import policies
from infra.queue import MAX_MESSAGE_BYTES, encryption, queue_policy
from infra.settings import EventSettings, TracingSettings


class OrderEvents(pulumi.ComponentResource):
    """The topic of events, its mail subscriptions, and the queue of events that the notifier gave up.

    The queue keeps events for `retention_seconds`. It has no policy that allows anybody to send: the role of the
    notifier may do so.
    """

    def __init__(
        self,
        name: str,
        settings: EventSettings,
        *,
        tracing: TracingSettings,
        retention_seconds: int,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderEvents", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.given_up = self._given_up_queue(f"{name}DLQ", retention_seconds, key)
        self.topic = self._topic(name, settings, tracing, key)
        self._mail(name, settings)
        self.register_outputs({"topicArn": self.topic.arn, "givenUpUrl": self.given_up.url})

    def _given_up_queue(self, name: str, retention_seconds: int, key: aws.kms.Key | None) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            name,
            message_retention_seconds=retention_seconds,
            max_message_size=MAX_MESSAGE_BYTES,
            **encryption(key),
            opts=self._child,
        )
        queue_policy(name, queue, opts=self._child)
        return queue

    def _topic(
        self, name: str, settings: EventSettings, tracing: TracingSettings, key: aws.kms.Key | None
    ) -> aws.sns.Topic:
        topic = aws.sns.Topic(
            name,
            # The name of a FIFO topic ends with .fifo. Pulumi generates such a name only for a new topic: it would keep
            # the name without it when the setting changes. This name is as exact or as unique as the queue's name.
            name=self.given_up.name.apply(lambda queue: queue.replace(f"{name}DLQ", name, 1) + ".fifo")
            if settings.order_events_fifo
            else None,
            fifo_topic=settings.order_events_fifo or None,
            kms_master_key_id=key.id if key else None,
            tracing_config=tracing.mode,
            opts=self._child,
        )
        document = policies.policy(policies.topic_only_over_tls(topic.arn))
        aws.sns.TopicPolicy(name, arn=topic.arn, policy=pulumi.Output.json_dumps(document), opts=self._child)
        return topic

    def _mail(self, name: str, settings: EventSettings) -> None:
        """Subscribe the addresses to changes, but not to replays, which tell no change."""
        chosen = {EventAttribute.STATUS: list(settings.notify_statuses)} if settings.notify_statuses else {}
        changes = {EventAttribute.TYPE: [str(EventType.STORED), str(EventType.UPDATED)], **chosen}
        for address in settings.notify_addresses:
            aws.sns.TopicSubscription(
                f"{name}-{address}",
                topic=self.topic.arn,
                protocol="email",
                endpoint=address,
                filter_policy=pulumi.Output.json_dumps(changes),
                opts=self._child,
            )
