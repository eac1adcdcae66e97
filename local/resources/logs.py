"""Log groups."""

from contextlib import suppress
from typing import Any

from local.resources.registry import Cloud, Inputs, ResourceState, resource_type


@resource_type("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", "retentionInDays")
def _log_group(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    logs = cloud.clients.logs
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        # The emulator accepts a key only when it creates the group.
        encryption: dict[str, Any] = {"kmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
        logs.create_log_group(logGroupName=name, tags=dict(cloud.tags), **encryption)
    logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    # CloudWatch Logs returns the ARN with `:*` at its end, the provider without.
    arn = next(group["arn"] for group in found if group["logGroupName"] == name).removesuffix(":*")
    return name, {"arn": arn, "name": name}
