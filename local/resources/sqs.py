"""Queues and their policies."""

from typing import TYPE_CHECKING

from local.resources.registry import Cloud, Inputs, ResourceState, attributes, resource_type

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_QUEUE_ATTRIBUTES: dict[str, "QueueAttributeNameType"] = {
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


@resource_type("aws:sqs/queue:Queue", *_QUEUE_ATTRIBUTES)
def _queue(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    sqs = cloud.clients.sqs
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = sqs.create_queue(QueueName=name, tags=cloud.tags)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes(_QUEUE_ATTRIBUTES, inputs))
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"arn": arn, "name": name, "url": url}


@resource_type("aws:sqs/queuePolicy:QueuePolicy", "queueUrl", "policy")
def _queue_policy(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    return _queue_attribute(cloud, inputs["queueUrl"], "Policy", inputs["policy"])


@resource_type("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "queueUrl", "redriveAllowPolicy")
def _redrive_allow_policy(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    return _queue_attribute(cloud, inputs["queueUrl"], "RedriveAllowPolicy", inputs["redriveAllowPolicy"])


@resource_type("aws:sqs/redrivePolicy:RedrivePolicy", "queueUrl", "redrivePolicy")
def _redrive_policy(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    return _queue_attribute(cloud, inputs["queueUrl"], "RedrivePolicy", inputs["redrivePolicy"])


def _queue_attribute(cloud: Cloud, url: str, name: "QueueAttributeNameType", value: str) -> ResourceState:
    cloud.clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
    return url, {}
