"""Who can assume the roles: jobs of one GitHub repository."""

import re
from collections.abc import Sequence

from infra.policies import Statement

ISSUER = "token.actions.githubusercontent.com"
"""The identity provider that signs the tokens of GitHub's jobs, without `https://`."""
AUDIENCE = "sts.amazonaws.com"
"""The audience that a job requests its token for."""

# OWNER/NAME, each followed by @ and its ID. Nobody can get the same IDs by registering a name that was given up.
REPOSITORY = re.compile(r"[\w-]+(@\d+)?/[\w.-]+(@\d+)?")


class RepositoryError(ValueError):
    """The value does not name exactly one repository. A wildcard, for example, would also match other repositories."""


def github_may_assume(provider: str, repository: str, contexts: Sequence[str]) -> Statement:
    """Allow jobs of the repository to assume a role, but only in the contexts, such as `environment:prod`.

    `provider` is the ARN of GitHub's identity provider. Raises RepositoryError if `repository` is not exactly one.
    """
    if not REPOSITORY.fullmatch(repository):
        raise RepositoryError(f"repository is {repository}, but must be OWNER@ID/NAME@ID or OWNER/NAME")
    subjects = [f"repo:{repository}:{context}" for context in contexts]
    return {
        "Sid": "GitHubMayAssume",
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}},
    }
