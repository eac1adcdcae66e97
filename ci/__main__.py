"""Who GitHub's workflows are in AWS, what they may do, and where the state is kept."""

import sys
from pathlib import Path

import pulumi

# Pulumi runs this folder, and `pulumi install` installs no more than requirements.txt: the project itself is one above.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ci.access import GitHubAccess
from ci.stacks import deployed_stacks

config = pulumi.Config("orders-ci")
access = GitHubAccess(
    "orders",
    repository=config.require("repository"),
    identity_provider=config.get("identityProvider"),
    stacks=deployed_stacks(),
)

# The names are those of the variables that the workflows read.
pulumi.export("AWS_ACCOUNT_ID", access.account)
region = pulumi.Config("aws").require("region")
pulumi.export("AWS_REGION", region)
pulumi.export("PULUMI_BACKEND_URL", pulumi.Output.concat("s3://", access.state.id, "?region=", region))
