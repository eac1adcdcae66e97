"""The stack of a trial: a copy of `prod` under a name of its own, which is destroyed in any case."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import yaml
from botocore.exceptions import ClientError
from pulumi.automation import CommandError

from infra.project import ROOT
from ops.clients import Clients
from tests.support.deployment import Deployment, copied, created

FOLDER = ROOT / "build" / "aws-trial"
KEY_DELETION_DAYS = 7
"""The shortest time that KMS allows."""
LISTS = (
    ("sns", "list_topics", "Topics"),
    ("sqs", "list_queues", "QueueUrls"),
    ("dynamodb", "list_tables", "TableNames"),
    ("lambda_", "list_functions", "Functions"),
    ("logs", "describe_log_groups", "logGroups"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("cloudwatch", "list_dashboards", "DashboardEntries"),
    ("iam", "list_roles", "Roles"),
)
"""The requests that list what a stack consists of: client, method, and the field of the response."""


@contextmanager
def opened(clients: Clients, folder: Path = FOLDER) -> Iterator[Deployment]:
    """Create a stack, without deploying it. At the end, remove what it has in AWS, and then the stack."""
    stack = f"trial-{token_hex(3)}"
    root = copied(_made(folder / stack))
    (root / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": _settings(stack, clients.region)}))
    system = created(stack, root, clients)
    try:
        yield system
    finally:
        print(f"destroying {stack} ...")
        try:
            remove(system)
        except BaseException:
            print(f"{stack} is not destroyed. Its project and state are in {root.parent}. In {root}, run:")
            print(
                f"  export PULUMI_BACKEND_URL=file://{root.parent}/state PULUMI_CONFIG_PASSPHRASE='only for this stack'"
            )
            print(f"  pulumi cancel --stack {stack}; pulumi destroy --stack {stack}")
            raise
        shutil.rmtree(root.parent)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _settings(stack: str, region: str) -> dict[str, object]:
    """The settings of `prod`, without protection and without concurrency that a new account may not have."""
    settings = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]
    for setting in ("protectOrders", "reservedConcurrency", "maximumConcurrency"):
        del settings[setting]
    tags = {"tags": {"project": "orders", "stack": stack}}
    return {**settings, "aws:region": region, "aws:defaultTags": tags, "customerManagedKey": True}


def remove(system: Deployment) -> None:
    """Destroy everything that the trial made, whatever state it is in. KMS deletes the keys some days later."""
    keys = keys_of(system)
    with suppress(CommandError):
        system.stack.cancel()  # An interrupted update leaves a lock.
    try:
        system.stack.destroy()
    except CommandError:  # The trial of the protection was interrupted.
        system.deploy(protectOrders="false")
        system.stack.destroy()
    for key in keys:
        system.clients.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=KEY_DELETION_DAYS)
    for url in system.clients.sqs.list_queues(QueueNamePrefix=system.stack.name).get("QueueUrls", ()):
        system.clients.sqs.delete_queue(QueueUrl=url)


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


def leftovers(system: Deployment) -> list[str]:
    """What in AWS has the name of the stack in its own name, except the queues that the trial itself made."""
    return [
        text
        for client, method, field in LISTS
        for page in getattr(system.clients, client).get_paginator(method).paginate()
        for text in (json.dumps(one, default=str) for one in page.get(field, ()))
        if f"-{system.stack.name}-" in text
    ]
