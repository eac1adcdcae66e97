"""The requests to AWS that find resources. All of them only read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ops.clients import Clients
from ops.review.live import find_log_group

_MISSING = {
    *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "NotFoundException"),
    *("ResourceNotFoundException", "ResourceNotFound", "DashboardNotFoundError", "NoSuchEntity"),
}
"""The codes with which the services say that a resource does not exist."""
_IMPOSSIBLE = {"ValidationException", "ValidationError", "InvalidParameter", "InvalidParameterValue"}
"""The codes with which they say that no resource can have this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of a topic."""

    arn: str
    protocol: str
    endpoint: str

    @property
    def is_confirmed(self) -> bool:
        """SNS gives a subscription an ARN when its endpoint has confirmed it."""
        return self.arn.startswith("arn:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """An event source mapping of a queue."""

    uuid: str
    function: str
    """The name of the function."""
    state: str


def account(clients: Clients) -> str:
    """The account of the credentials."""
    return clients.sts.get_caller_identity()["Account"]


def queue(clients: Clients, name: str) -> str | None:
    found = _found(lambda: clients.sqs.get_queue_url(QueueName=name))
    return found["QueueUrl"] if found else None


def queue_attribute(clients: Clients, url: str, name: Any) -> str | None:
    """Read one attribute of a queue. None if the queue does not have it."""
    found = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return found.get("Attributes", {}).get(name)


def dead_letter_sources(clients: Clients, url: str) -> Sequence[str]:
    """List the URLs of the queues that use a dead-letter queue. Empty on an emulator that has no such request."""
    try:
        pages = clients.sqs.get_paginator("list_dead_letter_source_queues").paginate(QueueUrl=url)
        return [found for page in pages for found in page.get("queueUrls", ())]
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidAction":
            return []
        raise


def topic(clients: Clients, name: str) -> str | None:
    identity = clients.sts.get_caller_identity()
    partition = identity["Arn"].split(":")[1]
    arn = f"arn:{partition}:sns:{clients.region}:{identity['Account']}:{name}"
    return arn if _found(lambda: clients.sns.get_topic_attributes(TopicArn=arn)) else None


def subscriptions(clients: Clients, topic_arn: str) -> Sequence[Subscription]:
    pages = clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    return [
        Subscription(arn=one["SubscriptionArn"], protocol=one["Protocol"], endpoint=one.get("Endpoint", ""))
        for page in pages
        for one in page["Subscriptions"]
    ]


def table(clients: Clients, name: str) -> str | None:
    return name if _found(lambda: clients.dynamodb.describe_table(TableName=name)) else None


def function(clients: Clients, name: str) -> str | None:
    return name if _found(lambda: clients.lambda_.get_function_configuration(FunctionName=name)) else None


def mappings(clients: Clients, queue_url: str) -> Sequence[Mapping]:
    """List the event source mappings of a queue."""
    arn = queue_attribute(clients, queue_url, "QueueArn") or ""
    pages = clients.lambda_.get_paginator("list_event_source_mappings").paginate(EventSourceArn=arn)
    return [
        Mapping(uuid=one["UUID"], function=one["FunctionArn"].split(":")[6], state=one.get("State", ""))
        for page in pages
        for one in page["EventSourceMappings"]
    ]


def role(clients: Clients, name: str) -> str | None:
    return name if _found(lambda: clients.iam.get_role(RoleName=name)) else None


def role_policy(clients: Clients, role_name: str, name: str) -> bool:
    return bool(_found(lambda: clients.iam.get_role_policy(RoleName=role_name, PolicyName=name)))


def log_group(clients: Clients, name: str) -> str | None:
    return name if find_log_group(clients, name) else None


def alarm(clients: Clients, name: str) -> str | None:
    return name if clients.cloudwatch.describe_alarms(AlarmNames=[name]).get("MetricAlarms") else None


def dashboard(clients: Clients, name: str) -> str | None:
    return name if _found(lambda: clients.cloudwatch.get_dashboard(DashboardName=name)) else None


def _found(request: Callable[[], Any]) -> Any:
    """The answer of a request, or None if it says that there is no such resource."""
    try:
        return request()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING | _IMPOSSIBLE:
            return None
        raise
