"""`orders drift` over previews of the real engine, of a stack that somebody changed in AWS."""

from ops.review.drift import read_drift
from tests.engine.conftest import Deployment


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
