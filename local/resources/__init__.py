"""What the local deployer can deploy: a module for each service."""

from local.resources import cloudwatch, dynamodb, iam, kms, lambda_, logs, sns, sqs, xray
from local.resources.registry import Cloud, UnsupportedResource, call_function, deploy_resource

__all__ = ["Cloud", "UnsupportedResource", "call_function", "deploy_resource"]

# Importing a module registers its resource types.
_MODULES = (cloudwatch, dynamodb, iam, kms, lambda_, logs, sns, sqs, xray)
