"""Resources were changed or deleted past Pulumi, and the next deployment puts back what the program declares."""

from collections.abc import Callable, Mapping

import pytest

from ops.clients import Clients
from tests.engine.prediction.prediction import predict
from tests.engine.prediction.system import Sandbox
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of


def url(clients: Clients, queue: str) -> str:
    return clients.sqs.get_queue_url(QueueName=queue)["QueueUrl"]


def set_attribute(queue: str, name: str, value: str) -> Callable[[Clients], object]:
    return lambda clients: clients.sqs.set_queue_attributes(
        QueueUrl=url(clients, queue),
        Attributes={name: value},  # type: ignore[dict-item] # the stubs know the names of all attributes
    )


def delete_queue(queue: str) -> Callable[[Clients], object]:
    return lambda clients: clients.sqs.delete_queue(QueueUrl=url(clients, queue))


def disable_mapping(clients: Clients) -> None:
    mapping = mapping_of(clients, "OrderProcessor")
    clients.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def unsubscribe(clients: Clients) -> None:
    found = clients.sns.list_subscriptions()["Subscriptions"]
    [of_orders] = (one["SubscriptionArn"] for one in found if one["Endpoint"].endswith(":OrderQueue"))
    clients.sns.unsubscribe(SubscriptionArn=of_orders)


BY_HAND: Mapping[str, Callable[[Clients], object]] = {
    "a longer visibility timeout": set_attribute("OrderQueue", "VisibilityTimeout", "45"),
    "a shorter visibility timeout": set_attribute("OrderQueue", "VisibilityTimeout", "15"),
    "a longer retention": set_attribute("OrderQueue", "MessageRetentionPeriod", "1000000"),
    "a shorter retention": set_attribute("OrderDLQ", "MessageRetentionPeriod", "86400"),
    "a disabled mapping": disable_mapping,
    "a deleted subscription": unsubscribe,
    "a deleted queue": delete_queue("OrderQueue"),
    "a deleted dead-letter queue": delete_queue("OrderDLQ"),
    "a deleted table": lambda clients: clients.dynamodb.delete_table(TableName="Orders"),
    "a deleted alarm": lambda clients: clients.cloudwatch.delete_alarms(AlarmNames=["OrderDLQNotEmpty"]),
    "a deleted log group": lambda clients: clients.logs.delete_log_group(logGroupName="/aws/lambda/OrderProcessor"),
}


@pytest.mark.parametrize("change", BY_HAND)
def test_a_change_by_hand(box: Sandbox, change: str) -> None:
    def by_hand(deployed: Deployment) -> None:
        BY_HAND[change](deployed.clients)

    is_harmless = False
    try:
        predicted = predict(box.deployed, change, by_hand=by_hand)
        assert predicted.faults() == []
        is_harmless = predicted.outcome.is_harmless
    finally:
        if not is_harmless:
            box.restore()
