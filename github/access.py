"""The roles of GitHub's workflows, and the state that they work on."""

from collections.abc import Callable, Sequence

import pulumi
import pulumi_aws as aws

from github.permissions import may_change, may_describe
from github.resources import Resources
from github.stacks import Stack
from github.state import may_decrypt, may_read_state, may_write_state, state_only_over_tls
from github.trust import AUDIENCE, ISSUER, github_may_assume
from infra.policies import Statement, policy

PROJECT = "orders"
MAIN = "ref:refs/heads/main"
KEY_ALIAS = "alias/orders-state"


class GitHubAccess(pulumi.ComponentResource):
    """A bucket for the state, a key for its secrets, and the roles that workflows assume without a stored secret.

    One role previews all stacks and can change nothing. Each stack has another role that deploys it; only jobs in the
    GitHub environment of the same name can assume it.

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
        self._preview_role(f"{name}-preview", stacks)
        for stack in stacks:
            self._deploy_role(f"{name}-deploy-{stack.name}", stack)
        self.register_outputs({"state": self.state.id})

    def _bucket(self, name: str) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(name, opts=self._lasting)
        aws.s3.BucketVersioning(
            name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=self._child
        )
        closed = self._no_public_access(name, bucket)
        document = bucket.arn.apply(lambda arn: policy(state_only_over_tls(arn)))
        # S3 rejects concurrent changes of a bucket's access.
        opts = pulumi.ResourceOptions(parent=self, depends_on=[closed])
        aws.s3.BucketPolicy(name, bucket=bucket.id, policy=pulumi.Output.json_dumps(document), opts=opts)
        return bucket

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

    def _preview_role(self, name: str, stacks: Sequence[Stack]) -> None:
        def statements(bucket: str, key: str, account: str) -> list[Statement]:
            described = (may_describe(Resources(stack=stack, account=account)) for stack in stacks)
            return [*may_read_state(bucket), may_decrypt(key), *(one for stack in described for one in stack)]

        # The nightly comparison runs on main with this role.
        self._role(name, ("pull_request", MAIN), self._with_arns(statements))

    def _deploy_role(self, name: str, stack: Stack) -> None:
        def statements(bucket: str, key: str, account: str) -> list[Statement]:
            resources = Resources(stack=stack, account=account)
            return [
                *may_read_state(bucket),
                may_write_state(bucket, PROJECT, stack.name),
                may_decrypt(key),
                *may_describe(resources),
                *may_change(resources),
            ]

        self._role(name, (f"environment:{stack.name}",), self._with_arns(statements))

    def _with_arns(self, statements: Callable[[str, str, str], list[Statement]]) -> pulumi.Output[list[Statement]]:
        """Call the function with the ARNs of the bucket and the key, and the account ID."""
        known = pulumi.Output.all(self.state.arn, self._key.arn, self.account)
        return known.apply(lambda values: statements(*values))

    def _role(self, name: str, contexts: Sequence[str], allowed: pulumi.Output[list[Statement]]) -> None:
        trust = self._trusted.apply(lambda arn: policy(github_may_assume(arn, self._repository, contexts)))
        role = aws.iam.Role(
            name,
            name=name,  # The workflows contain the exact name.
            assume_role_policy=pulumi.Output.json_dumps(trust),
            opts=self._child,
        )
        document = allowed.apply(lambda statements: policy(*statements))
        aws.iam.RolePolicy(name, role=role.name, policy=pulumi.Output.json_dumps(document), opts=self._child)
