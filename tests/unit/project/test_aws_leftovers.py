"""The commands that remove what `pulumi destroy` leaves of a trial on AWS."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from moto import mock_aws
from pulumi.automation import Stack

from ops.clients import Clients
from tests.aws_trial.leftovers import keys_of, removing
from tests.support.arns import REGION
from tests.support.deployment import Deployment
from tests.support.no_credentials import remove_credentials

NAME = "trial-3fa91c"


@pytest.fixture
def system() -> Iterator[Deployment]:
    with mock_aws():
        yield Deployment(Path(), Clients(REGION), cast("Stack", SimpleNamespace(name=NAME)))


def key(system: Deployment, stack: str) -> str:
    created = system.clients.kms.create_key(Tags=[{"TagKey": "stack", "TagValue": stack}])
    return created["KeyMetadata"]["KeyId"]


def test_each_command_names_a_thing_of_the_stack(system: Deployment) -> None:
    clients, ours = system.clients, key(system, NAME)
    queue = clients.sqs.create_queue(QueueName=f"{NAME}-subscriber")["QueueUrl"]
    topic = clients.sns.create_topic(Name=f"OrderEvents-{NAME}-1")["TopicArn"]
    arn = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    clients.logs.create_log_group(logGroupName=f"/aws/lambda/OrderProcessor-{NAME}-1")
    assert removing(system) == [
        f"aws kms schedule-key-deletion --key-id {ours} --pending-window-in-days 7 --region {REGION}",
        f"aws sqs delete-queue --queue-url {queue} --region {REGION}",
        f"aws sns unsubscribe --subscription-arn {subscription} --region {REGION}",
        f"aws logs delete-log-group --log-group-name /aws/lambda/OrderProcessor-{NAME}-1 --region {REGION}",
    ]


def test_what_another_stack_has_and_what_is_being_deleted_is_not_named(system: Deployment) -> None:
    clients = system.clients
    key(system, "prod")
    clients.kms.schedule_key_deletion(KeyId=key(system, NAME), PendingWindowInDays=7)
    clients.sqs.create_queue(QueueName="OrderQueue-prod-1")
    clients.logs.create_log_group(logGroupName="/aws/lambda/OrderProcessor-prod-1")
    assert keys_of(system) == []
    assert removing(system) == []


def test_if_aws_does_not_answer_the_name_to_look_for_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    remove_credentials(monkeypatch)
    [line] = removing(Deployment(Path(), Clients(REGION), cast("Stack", SimpleNamespace(name=NAME))))
    assert line == f"# AWS did not say what else has {NAME} in its name: Unable to locate credentials"
