"""Trials of changes that cannot be told: the notifier gives up some, and Lambda others."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from handler.contract import Variable
from tests.aws_trial.probes import change_mapping, order, store, wait_for_message
from tests.aws_trial.stream import stream_of
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of

SHORTEST_AGE_SECONDS = 60
"""The shortest age at which Lambda can give up a record."""


def what_either_gives_up_is_kept(system: Deployment) -> str:
    return "; ".join(gives_up(system) for gives_up in (_the_notifier_gives_up, _lambda_gives_up))


def _the_notifier_gives_up(system: Deployment) -> str:
    outputs, foreign = system.pipeline().outputs, str(order()["orderId"])
    system.clients.dynamodb.put_item(TableName=outputs["tableName"], Item={"orderId": {"S": foreign}})
    record = json.loads(wait_for_message(system, outputs["givenUpQueueUrl"], foreign))
    assert record["orderId"] == foreign
    return f"OrderEventsDLQ has the notifier's record of {foreign}, an item without userId"


def _lambda_gives_up(system: Deployment) -> str:
    queue = system.pipeline().outputs["givenUpQueueUrl"]
    with _failing_notifier(system):
        order_id = store(system)
        record = json.loads(wait_for_message(system, queue, "DDBStreamBatchInfo"))
    assert record["DDBStreamBatchInfo"]["streamArn"] == stream_of(system)
    return f"it has Lambda's record of the change of {order_id}"


@contextmanager
def _failing_notifier(system: Deployment) -> Iterator[None]:
    """Give the notifier a topic that does not exist, and let Lambda give up each change that is a minute old."""
    lambda_, name = system.clients.lambda_, system.pipeline().outputs["notifierName"]
    declared_age = mapping_of(system.clients, name)["MaximumRecordAgeInSeconds"]
    variables = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    missing = f"{variables[Variable.EVENT_TOPIC_ARN]}-missing"

    def change(topic: str, maximum_age: int) -> None:
        changed = {**variables, Variable.EVENT_TOPIC_ARN: topic}
        lambda_.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        change_mapping(system, name, "Enabled", MaximumRecordAgeInSeconds=maximum_age)

    try:
        change(missing, SHORTEST_AGE_SECONDS)
        yield
    finally:
        change(variables[Variable.EVENT_TOPIC_ARN], declared_age)
