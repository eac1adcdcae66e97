"""`orders drift` over previews of the real engine, of a stack that somebody changed in AWS."""

import re

from ops.review.drift import read_drift
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of


def drift(deployed: Deployment) -> list[str]:
    return [str(one) for one in read_drift(deployed.preview("--refresh"))]


def test_what_somebody_changed_or_deleted_is_reported_and_the_named_command_puts_it_back(fresh: Deployment) -> None:
    fresh.stack.up()
    assert drift(fresh) == []
    url = fresh.pipeline().outputs["queueUrl"]
    fresh.clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "45"})
    fresh.clients.cloudwatch.delete_alarms(AlarmNames=["OrderDLQNotEmpty"])
    command = "`pulumi up --refresh --stack dev`"
    assert sorted(drift(fresh)) == [
        f"OrderQueue's visibility timeout is 45 s, the settings say 30: {command} puts it back",
        f"The metric alarm OrderDLQNotEmpty does not exist any more: {command} creates it again",
    ]
    fresh.stack.up(refresh=True)
    assert drift(fresh) == []


def test_what_somebody_changed_of_the_events_is_reported(fresh: Deployment) -> None:
    fresh.stack.up()
    clients, outputs = fresh.clients, fresh.pipeline().outputs
    mapping = mapping_of(clients, "OrderNotifier")
    clients.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False, MaximumRecordAgeInSeconds=60)
    clients.sns.delete_topic(TopicArn=outputs["eventTopicArn"])
    clients.sqs.delete_queue(QueueUrl=outputs["givenUpQueueUrl"])
    clients.dynamodb.update_table(TableName="Orders", StreamSpecification={"StreamEnabled": False})
    assert sorted(re.split(", the |: ", one)[0] for one in drift(fresh)) == [
        "OrderNotifier's event source mapping is off",
        "OrderNotifier's maximum age of a change is 60 s",
        "Orders's content of the stream is not set",
        "Orders's stream is off",
        "The queue OrderEventsDLQ does not exist any more. Its messages are lost",
        "The topic OrderEvents does not exist any more. Its subscriptions are gone, also those of other programs",
    ]
    fresh.stack.up(refresh=True)
    assert drift(fresh) == []
