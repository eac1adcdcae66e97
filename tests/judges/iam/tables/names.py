"""Names that several tables have: principals, resources, actions and condition keys."""

import re

from tests.support.arns import REGION

PROCESSOR, NOTIFIER, ADMINISTRATOR = "role OrderProcessor", "role OrderNotifier", "an administrator"
SNS, CLOUDWATCH = "sns.amazonaws.com", "cloudwatch.amazonaws.com"
ORDERS, EVENTS = "topic OrderTopic", "topic OrderEvents"
TABLE, STREAM = "table Orders", "table Orders > /stream/2026-11-27T00:00:00.000"
PROCESSOR_LOG = "log group /aws/lambda/OrderProcessor > :log-stream:one"

WITHOUT_TLS = {"aws:SecureTransport": "false"}

KEY = "key OrderKey"
CIPHER = "kms:Decrypt kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo"
USE = f"{CIPHER} kms:DescribeKey"
CHANGE = "kms:PutKeyPolicy kms:DisableKey kms:ScheduleKeyDeletion kms:CreateGrant"


def via(service: str, region: str = REGION) -> dict[str, str]:
    return {"kms:ViaService": f"{service}.{region}.amazonaws.com"}


# The roles of GitHub's workflows
PREVIEW, PLAN = READERS = ("role orders-preview", "role orders-plan")
DEPLOY = {"dev": "role orders-deploy-dev", "prod": "role orders-deploy-prod"}
ROLES = (*READERS, *DEPLOY.values())


def in_another_region(*resources: str) -> tuple[str, ...]:
    """Return the names of resources of the same names in another Region."""
    return tuple(re.sub(r"(?= > |$)", " of another Region", resource, count=1) for resource in resources)


def of(stack: str, *resources: str) -> tuple[str, ...]:
    """Return the names of resources of a stack, where resources of several stacks have the same names."""
    return tuple(f"{stack} {resource}" for resource in resources)
