"""The roles that GitHub's workflows assume in AWS, what they may do, and the bucket of the state."""

import sys
from pathlib import Path

import pulumi

# Pulumi puts this folder on the path. The packages `github` and `infra` are in its parent.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from github.access import GitHubAccess
from github.stacks import deployed_stacks

config = pulumi.Config("orders-ci")
access = GitHubAccess(
    "orders",
    repository=config.require("repository"),
    identity_provider=config.get("identityProvider"),
    stacks=deployed_stacks(),
)

# The workflows read variables of these names.
pulumi.export("AWS_ACCOUNT_ID", access.account)
region = pulumi.Config("aws").require("region")
pulumi.export("AWS_REGION", region)
pulumi.export("PULUMI_BACKEND_URL", pulumi.Output.concat("s3://", access.state.id, "?region=", region))
