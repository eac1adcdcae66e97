"""The whole pipeline."""

from typing import Any

import pulumi

from infra.budget import delivery_budget
from infra.key import OrderKey
from infra.metrics import Flow
from infra.monitoring import OrderMonitoring
from infra.processor import LOG_GROUP_PREFIX, OrderProcessor
from infra.queue import OrderQueue
from infra.settings import Settings
from infra.subscription import OrderSubscription
from infra.table import OrderTable
from infra.topic import OrderTopic


class OrderSystem(pulumi.ComponentResource):
    """An order's way: topic, subscription, queue with its dead letters, processor, table; and what watches it.

    `outputs` is what people and tools need to reach it, by the names of the stack outputs.
    """

    def __init__(self, name: str, settings: Settings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("orders:index:OrderSystem", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = (
            OrderKey(f"{name}Key", log_group_prefix=f"{LOG_GROUP_PREFIX}{name}", opts=child).key
            if settings.encryption.customer_managed_key
            else None
        )
        topic = OrderTopic(f"{name}Topic", key=key, opts=child)
        queue = OrderQueue(f"{name}Queue", settings.queue, fed_by=topic.topic, key=key, opts=child)
        subscription = OrderSubscription(
            f"{name}Subscription", settings.queue, topic=topic.topic, queue=queue, key=key, opts=child
        )
        table = OrderTable(f"{name}s", settings.table, key=key, opts=child)
        processor = OrderProcessor(
            f"{name}Processor", settings.processor, reads=queue, writes=table.table, key=key, opts=child
        )
        flow = Flow(
            topic=topic.topic,
            queue=queue.queue,
            dead_letters=queue.dead_letters,
            undelivered=subscription.undelivered,
            function=processor.function,
            function_timeout_seconds=settings.processor.processor_timeout_seconds,
            table=table.table,
        )
        monitoring = OrderMonitoring(f"{name}Monitoring", settings.monitoring, watches=flow, key=key, opts=child)
        self.outputs: dict[str, Any] = {
            "topicArn": topic.topic.arn,
            "queueUrl": queue.queue.url,
            "deadLetterQueueUrl": queue.dead_letters.url,
            "undeliveredQueueUrl": subscription.undelivered.url,
            "tableName": table.table.name,
            "processorName": processor.function.name,
            "logGroupName": processor.log_group.name,
            "packageSha256": processor.package.sha256,
            "alertTopicArn": monitoring.alerts.arn,
            "dashboardName": monitoring.dashboard.dashboard_name,
            "alarmNames": [alarm.name for alarm in monitoring.alarms],
            "deliveryBudget": delivery_budget(settings).as_output(),
        }
        self.register_outputs(self.outputs)
