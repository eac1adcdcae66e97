"""The changes of the program that the tests make, by what they do."""

from collections.abc import Mapping

from infra import resource_types as types
from tests.engine.prediction.program import changed, renamed, retyped, swapped, without

SECOND_READER = """
import pulumi
import pulumi_aws as aws


def _second_reader(args):
    if args.type_ == "aws:lambda/eventSourceMapping:EventSourceMapping" and args.name == "OrderProcessor":
        code = pulumi.AssetArchive({"other.py": pulumi.StringAsset("def handle(event, context): return {}")})
        role = aws.iam.Role("Other", assume_role_policy="{}")
        other = aws.lambda_.Function(
            "Other", role=role.arn, runtime="python3.11", handler="other.handle", code=code
        )
        aws.lambda_.EventSourceMapping(
            "Other", event_source_arn=args.props["event_source_arn"], function_name=other.arn
        )
    return None


pulumi.runtime.register_stack_transformation(_second_reader)
"""
FILTER = '{"filters": [{"pattern": json.dumps({"body": {"status": ["shipped"]}})}]}'

IN_SYSTEM = "urn:pulumi:dev::orders::orders:index:OrderSystem$"
"""The first part of the URN of what a system contains."""

SETTINGS: Mapping[str, str] = {
    "systemName": "Shop",
    "tableName": "ShopOrders",
    "visibilityTimeoutSeconds": "60",
    "maxReceiveCount": "5",
    "messageRetentionSeconds": "172800",
    "deadLetterRetentionSeconds": "1000000",
    "pointInTimeRecoveryDays": "7",
    "maximumTableWrites": "2000",
    "protectOrders": "true",
    "permissionsBoundary": "arn:aws:iam::000000000000:policy/Boundary",
    "processorRuntime": "python3.12",
    "processorArchitecture": "x86_64",
    "processorMemoryMegabytes": "1024",
    "processorTimeoutSeconds": "3",
    "maximumConcurrency": "5",
    "minimumPollers": "2",
    "maximumPollers": "4",
    "reservedConcurrency": "20",
    "batchSize": "5",
    "batchingWindowSeconds": "1",
    "plannedOrdersPerSecond": "500",
    "retryInvalidOrdersAtOnce": "false",
    "logRetentionDays": "60",
    "customMetrics": "false",
    "orderEvents": "false",
    "orderEventsFifo": "true",
    "eventRetrySeconds": "7200",
    "notifyAddresses": "shop@example.com",
    "notifyStatuses": "paid,shipped",
    "customerManagedKey": "true",
    "activeTracing": "true",
    "alertAddresses": "ops@example.com",
    "oldestOrderAlarmSeconds": "600",
    "oldestEventAlarmSeconds": "600",
    "durationAlarmPercent": "50",
}
"""Another value for each setting, which is valid alone or with those of TOGETHER."""
TOGETHER: Mapping[str, Mapping[str, str]] = {
    "minimumPollers": {"maximumConcurrency": "0", "maximumPollers": "4"},
    "maximumPollers": {"maximumConcurrency": "0", "minimumPollers": "2"},
}
"""Settings that change at the same time as another one."""

PROGRAM: Mapping[str, str] = {
    "rename OrderQueue": renamed(types.QUEUE, "OrderQueue", "NewQueue"),
    "rename OrderDLQ": renamed(types.QUEUE, "OrderDLQ", "NewDLQ"),
    "rename OrderUndelivered": renamed(types.QUEUE, "OrderUndelivered", "NewUndelivered"),
    "rename Orders": renamed(types.TABLE, "Orders", "NewOrders"),
    "rename OrderTopic": renamed(types.TOPIC, "OrderTopic", "NewTopic"),
    "rename the subscription": renamed(types.SUBSCRIPTION, "OrderSubscription", "NewSubscription"),
    "rename the mapping": renamed(types.MAPPING, "OrderProcessor", "NewMapping"),
    "rename the function": renamed(types.FUNCTION, "OrderProcessor", "NewProcessor"),
    "rename the log group": renamed(types.LOG_GROUP, "/aws/lambda/OrderProcessor", "/aws/lambda/NewProcessor"),
    "rename the role": renamed(types.ROLE, "OrderProcessor", "NewRole"),
    "swap the aliases of OrderDLQ and OrderUndelivered": swapped(
        types.QUEUE,
        {
            "OrderDLQ": f"{IN_SYSTEM}orders:index:OrderQueue${types.QUEUE}::OrderDLQ",
            "OrderUndelivered": f"{IN_SYSTEM}orders:index:OrderSubscription${types.QUEUE}::OrderUndelivered",
        },
    ),
    "rename a component": renamed("orders:index:OrderQueue", "OrderQueue", "Queues"),
    "retype OrderQueue": retyped("OrderQueue"),
    "retype OrderTable": retyped("OrderTable"),
    "retype OrderTopic": retyped("OrderTopic"),
    "retype OrderSubscription": retyped("OrderSubscription"),
    "retype OrderProcessor": retyped("OrderProcessor"),
    "retype OrderMonitoring": retyped("OrderMonitoring"),
    "retype OrderSystem": retyped("OrderSystem"),
    "remove the subscription": without("sns.TopicSubscription"),
    "remove the mapping": without("lambda_.EventSourceMapping"),
    "filter the subscription": changed(
        types.SUBSCRIPTION, "OrderSubscription", 'props["filter_policy"] = json.dumps({"status": ["shipped"]})'
    ),
    "remove the redrive policy of the subscription": changed(
        types.SUBSCRIPTION, "OrderSubscription", 'del props["redrive_policy"]'
    ),
    "deliver in envelopes": changed(types.SUBSCRIPTION, "OrderSubscription", 'props["raw_message_delivery"] = False'),
    "disable the mapping": changed(types.MAPPING, "OrderProcessor", 'props["enabled"] = False'),
    "filter the mapping": changed(types.MAPPING, "OrderProcessor", f'props["filter_criteria"] = {FILTER}'),
    "report no failures": changed(types.MAPPING, "OrderProcessor", 'del props["function_response_types"]'),
    "let the orders expire": changed(
        types.TABLE, "Orders", 'props["ttl"] = {"enabled": True, "attribute_name": "expires"}'
    ),
    "turn off recovery": changed(types.TABLE, "Orders", 'props["point_in_time_recovery"] = {"enabled": False}'),
    "reserve no execution": changed(types.FUNCTION, "OrderProcessor", 'props["reserved_concurrent_executions"] = 0'),
    "write to another table": changed(
        types.FUNCTION, "OrderProcessor", 'props["environment"] = {"variables": {"TABLE_NAME": "Other"}}'
    ),
    "delay the orders": changed(types.QUEUE, "OrderQueue", 'props["delay_seconds"] = 60'),
    "remove the redrive policy of the queue": changed(types.QUEUE, "OrderQueue", 'del props["redrive_policy"]'),
    "keep orders for a minute": changed(types.QUEUE, "OrderQueue", 'props["message_retention_seconds"] = 60'),
    "make the queue FIFO": changed(types.QUEUE, "OrderQueue", 'props["fifo_queue"] = True'),
    "key the table by another attribute": changed(
        types.TABLE, "Orders", 'props["hash_key"] = "id"', 'props["attributes"] = [{"name": "id", "type": "S"}]'
    ),
    "widen the role": changed(
        types.ROLE_POLICY,
        "OrderProcessor",
        'props["policy"] = json.dumps({"Version": "2012-10-17", "Statement": '
        '[{"Effect": "Allow", "Action": "*", "Resource": "*"}]})',
    ),
    "quieten an alarm": changed(types.ALARM, "OrderDLQNotEmpty", 'props["threshold"] = 100'),
    "mute an alarm": changed(types.ALARM, "OrderDLQNotEmpty", 'props["actions_enabled"] = False'),
    "change the dashboard": changed(
        types.DASHBOARD, "OrderFlow", 'props["dashboard_body"] = json.dumps({"widgets": []})'
    ),
    "let nobody send to the queue": changed(
        types.QUEUE_POLICY,
        "OrderQueue",
        'props["policy"] = json.dumps({"Version": "2012-10-17", "Statement": []})',
    ),
    "let anybody send to the queue": changed(
        types.QUEUE_POLICY,
        "OrderQueue",
        'props["policy"] = json.dumps({"Version": "2012-10-17", "Statement": '
        '[{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]})',
    ),
    "rename OrderEvents": renamed(types.TOPIC, "OrderEvents", "NewEvents"),
    "rename OrderEventsDLQ": renamed(types.QUEUE, "OrderEventsDLQ", "NewEventsDLQ"),
    "rename the notifier": renamed(types.FUNCTION, "OrderNotifier", "NewNotifier"),
    "rename the role of the notifier": renamed(types.ROLE, "OrderNotifier", "NewNotifier"),
    "retype OrderNotifier": retyped("OrderNotifier"),
    "retype OrderEvents": retyped("OrderEvents"),
    "turn off the stream": changed(
        types.TABLE, "Orders", 'props["stream_enabled"] = False', 'props["stream_view_type"] = None'
    ),
    "show only the keys of changed orders": changed(types.TABLE, "Orders", 'props["stream_view_type"] = "KEYS_ONLY"'),
    "disable the mapping of the stream": changed(types.MAPPING, "OrderNotifier", 'props["enabled"] = False'),
    "discard changes earlier": changed(types.MAPPING, "OrderNotifier", 'props["maximum_record_age_in_seconds"] = 60'),
    "publish to another topic": changed(
        types.FUNCTION,
        "OrderNotifier",
        'variables = dict(props["environment"]["variables"])',
        'variables["ORDERS_EVENT_TOPIC_ARN"] = "arn:aws:sns:eu-west-1:000000000000:Other"',
        'props["environment"] = {"variables": variables}',
    ),
    "delete events that were given up after a minute": changed(
        types.QUEUE, "OrderEventsDLQ", 'props["message_retention_seconds"] = 60'
    ),
    "describe the function": changed(types.FUNCTION, "OrderProcessor", 'props["description"] = "Stores orders"'),
    "tag the queue": changed(types.QUEUE, "OrderQueue", 'props["tags"] = {"team": "orders"}'),
    "retain OrderQueue": changed(types.QUEUE, "OrderQueue", "opts.retain_on_delete = True"),
    "ignore changes of OrderQueue": changed(
        types.QUEUE, "OrderQueue", 'opts.ignore_changes = ["visibility_timeout_seconds"]'
    ),
    "protect OrderQueue": changed(types.QUEUE, "OrderQueue", "opts.protect = True"),
}
