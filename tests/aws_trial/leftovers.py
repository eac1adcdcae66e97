"""What is in AWS of a trial's stack, and the commands that remove what `pulumi destroy` does not."""

import json
from collections.abc import Iterator
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from tests.support.contents import contents, listed
from tests.support.deployment import Deployment

KEY_DELETION_DAYS = 7
"""The shortest time that KMS allows."""


class StillThere(Exception):
    """The stack or something of it is still in AWS. The text contains the commands that remove it."""


def leftovers(system: Deployment) -> list[str]:
    """What in AWS has the name of the stack in its own name, except the queues that the trial itself made."""
    texts = (json.dumps(one, default=str) for one in contents(system.clients))
    return [text for text in texts if f"-{system.stack.name}-" in text]


def keys_of(system: Deployment) -> list[str]:
    """The keys with the stack's tag that nobody deletes yet. A key that leaves the stack stays in AWS."""
    found = []
    for page in system.clients.kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            with suppress(ClientError):  # A key of somebody else, whose policy does not let this user look at it.
                tags = system.clients.kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
                state = system.clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
                if {"TagKey": "stack", "TagValue": system.stack.name} in tags and state == "Enabled":
                    found.append(key["KeyId"])
    return found


def removing(system: Deployment) -> list[str]:
    """The commands that remove what is in AWS of a stack, and that Pulumi may not know of."""
    try:
        return [f"aws {command} --region {system.clients.region}" for command in _removing(system)]
    except (BotoCoreError, ClientError) as error:
        return [f"# AWS did not say what else has {system.stack.name} in its name: {error}"]


def _removing(system: Deployment) -> Iterator[str]:
    clients, name = system.clients, system.stack.name
    for key in keys_of(system):
        yield f"kms schedule-key-deletion --key-id {key} --pending-window-in-days {KEY_DELETION_DAYS}"
    for url in listed(clients.sqs, "list_queues", "QueueUrls"):
        if name in url:
            yield f"sqs delete-queue --queue-url {url}"
    for one in listed(clients.sns, "list_subscriptions", "Subscriptions"):
        # One that nobody confirmed has no ARN, and ends by itself.
        if name in one["TopicArn"] and one["SubscriptionArn"].startswith("arn:"):
            yield f"sns unsubscribe --subscription-arn {one['SubscriptionArn']}"
    for group in listed(clients.logs, "describe_log_groups", "logGroups"):
        if name in group["logGroupName"]:
            yield f"logs delete-log-group --log-group-name {group['logGroupName']}"
