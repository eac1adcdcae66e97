"""The roles of GitHub's workflows, and the state that they work on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from github.boundary import boundary_arn, boundary_name, functions_may_at_most
from github.permissions import may_change, may_count, may_describe
from github.resources import Resources
from github.stacks import Stack
from github.state import (
    PLANS,
    may_decrypt,
    may_read_plans,
    may_read_state,
    may_write_plans,
    may_write_state,
    state_only_over_tls,
)
from github.trust import AUDIENCE, ISSUER, github_may_assume
from infra.policies import Statement, policy
from infra.project import stack_settings

PROJECT = "orders"
PULL_REQUEST = "pull_request"
MAIN = "ref:refs/heads/main"
KEY_ALIAS = "alias/orders-state"
PLAN_DAYS = 30
"""The longest time for which GitHub keeps a run that can still deploy its plan."""


class GitHubAccess(pulumi.ComponentResource):
    """A bucket for the state, a key for its secrets, and the roles that workflows assume without a stored secret.

    One role previews all stacks and can change nothing. Another one, for `main` only, also stores plans. Each stack has
    a role that deploys it; only jobs in the GitHub environment of the same name can assume it. Each stack has a
    permissions boundary, which its deployments attach to the role of the function and cannot change.

    `repository` is the repository's name in GitHub's tokens. `identity_provider` is the ARN of GitHub's identity
    provider if the account has one; otherwise the component creates it. Raises RepositoryError if `repository` is not
    exactly one repository.
    """

    def __init__(
        self,
        name: str,
        *,
        repository: str,
        identity_provider: str | None,
        stacks: Sequence[Stack],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # The type token is part of the URNs in the state, so it keeps the folder's former name.
        super().__init__("orders:ci:GitHubAccess", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        # Without these resources, nobody could change the stacks again or decrypt their secrets.
        self._lasting = pulumi.ResourceOptions(parent=self, protect=True)
        self.account = aws.get_caller_identity_output().account_id
        self.state = self._bucket(f"{name}-state")
        self._key = self._encryption_key(f"{name}-state")
        self._repository = repository
        self._trusted = pulumi.Output.from_input(identity_provider or self._github().arn)
        descriptions = {stack.name: self._description(f"{name}-describe-{stack.name}", stack) for stack in stacks}
        self._preview_role(f"{name}-preview", stacks, descriptions)
        self._plan_role(f"{name}-plan", stacks, descriptions)
        for stack in stacks:
            self._boundary(stack)
            self._deploy_role(f"{name}-deploy-{stack.name}", stack, descriptions)
        self.register_outputs({"state": self.state.id})

    def _bucket(self, name: str) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(name, opts=self._lasting)
        aws.s3.BucketVersioning(
            name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=self._child
        )
        self._forget_plans(name, bucket)
        closed = self._no_public_access(name, bucket)
        document = bucket.arn.apply(lambda arn: policy(state_only_over_tls(arn)))
        # S3 rejects concurrent changes of a bucket's access.
        opts = pulumi.ResourceOptions(parent=self, depends_on=[closed])
        aws.s3.BucketPolicy(name, bucket=bucket.id, policy=pulumi.Output.json_dumps(document), opts=opts)
        return bucket

    def _forget_plans(self, name: str, bucket: aws.s3.Bucket) -> None:
        rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
            "id": "plans",
            "status": "Enabled",
            "filter": {"prefix": f"{PLANS}/"},
            "expiration": {"days": PLAN_DAYS},
            "noncurrent_version_expiration": {"noncurrent_days": 1},
        }
        aws.s3.BucketLifecycleConfiguration(name, bucket=bucket.id, rules=[rule], opts=self._child)

    def _no_public_access(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketPublicAccessBlock:
        return aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )

    def _encryption_key(self, name: str) -> aws.kms.Key:
        description = "The secrets in the state of the orders project"
        key = aws.kms.Key(name, description=description, enable_key_rotation=True, opts=self._lasting)
        aws.kms.Alias(name, name=KEY_ALIAS, target_key_id=key.key_id, opts=self._child)
        return key

    def _github(self) -> aws.iam.OpenIdConnectProvider:
        return aws.iam.OpenIdConnectProvider(
            "github", url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=self._lasting
        )

    def _description(self, name: str, stack: Stack) -> aws.iam.Policy:
        """Create the policy of all roles that describe a stack.

        It is a managed policy, because the inline policies of a role have room for two stacks only.
        """
        document = self.account.apply(lambda account: policy(*may_describe(Resources(stack=stack, account=account))))
        return aws.iam.Policy(name, name=name, policy=pulumi.Output.json_dumps(document), opts=self._child)

    def _preview_role(self, name: str, stacks: Sequence[Stack], described: Mapping[str, aws.iam.Policy]) -> None:
        def statements(bucket: str, key: str, account: str) -> list[Statement]:
            return [*may_read_state(bucket), may_decrypt(key), *_may_count_in(stacks, account)]

        # The nightly comparison runs on main with this role.
        self._role(name, (PULL_REQUEST, MAIN), self._with_arns(statements), described)

    def _plan_role(self, name: str, stacks: Sequence[Stack], described: Mapping[str, aws.iam.Policy]) -> None:
        def statements(bucket: str, key: str, account: str) -> list[Statement]:
            counted = _may_count_in(stacks, account)
            return [*may_read_state(bucket), may_write_plans(bucket), may_decrypt(key), *counted]

        # A pull request must not write the plan of a deployment, so it cannot get this role.
        self._role(name, (MAIN,), self._with_arns(statements), described)

    def _boundary(self, stack: Stack) -> None:
        def document(account: str) -> dict[str, Any]:
            resources = Resources(stack=stack, account=account)
            _check_setting(stack.name, boundary_arn(resources))
            return policy(*functions_may_at_most(resources))

        name = boundary_name(stack.name)
        aws.iam.Policy(
            name,
            name=name,  # The stack's file and the deploy role contain the exact ARN.
            policy=pulumi.Output.json_dumps(self.account.apply(document)),
            opts=self._child,
        )

    def _deploy_role(self, name: str, stack: Stack, described: Mapping[str, aws.iam.Policy]) -> None:
        def statements(bucket: str, key: str, account: str) -> list[Statement]:
            resources = Resources(stack=stack, account=account)
            return [
                *may_read_state(bucket),
                may_write_state(bucket, PROJECT, stack.name),
                may_read_plans(bucket, stack.name),
                may_decrypt(key),
                *may_change(resources),
            ]

        self._role(
            name, (f"environment:{stack.name}",), self._with_arns(statements), {stack.name: described[stack.name]}
        )

    def _with_arns(self, statements: Callable[[str, str, str], list[Statement]]) -> pulumi.Output[list[Statement]]:
        """Call the function with the ARNs of the bucket and the key, and the account ID."""
        known = pulumi.Output.all(self.state.arn, self._key.arn, self.account)
        return known.apply(lambda values: statements(*values))

    def _role(
        self,
        name: str,
        contexts: Sequence[str],
        allowed: pulumi.Output[list[Statement]],
        described: Mapping[str, aws.iam.Policy],
    ) -> None:
        """Create a role with these permissions, and with the policies that describe stacks, by stack."""
        trust = self._trusted.apply(lambda arn: policy(github_may_assume(arn, self._repository, contexts)))
        role = aws.iam.Role(
            name,
            name=name,  # The workflows contain the exact name.
            assume_role_policy=pulumi.Output.json_dumps(trust),
            opts=self._child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(
                f"{name}-describes-{stack}", role=role.name, policy_arn=managed.arn, opts=self._child
            )
            for stack, managed in described.items()
        ]
        document = allowed.apply(lambda statements: policy(*statements))
        # In earlier versions, this policy allowed the descriptions. A role must not lose them in between.
        opts = pulumi.ResourceOptions(parent=self, depends_on=attached)
        aws.iam.RolePolicy(name, role=role.name, policy=pulumi.Output.json_dumps(document), opts=opts)


def _may_count_in(stacks: Sequence[Stack], account: str) -> list[Statement]:
    """Allow counting what is in the queues and tables of all stacks."""
    return [statement for stack in stacks for statement in may_count(Resources(stack=stack, account=account))]


def _check_setting(stack: str, boundary: str) -> None:
    """Warn if the stack's role would not get the boundary: then the deploy role could not change it."""
    if stack_settings(stack)["permissionsBoundary"] != boundary:
        pulumi.log.warn(
            f"the workflows cannot deploy the stack {stack} without its permissions boundary: "
            f"pulumi config --stack {stack} set permissionsBoundary {boundary}"
        )
