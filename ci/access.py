"""The roles of GitHub's workflows, and the state that they work on."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from ci import policies
from ci.policies import Resources
from ci.stacks import Stack
from infra.policies import Statement, policy

PROJECT = "orders"
MAIN = "ref:refs/heads/main"
KEY_ALIAS = "alias/orders-state"


class GitHubAccess(pulumi.ComponentResource):
    """A bucket for the state with a key for its secrets, and the roles that workflows assume without any secret.

    One role for previews of all the stacks, which can look but not touch, and one for each stack to deploy it, which
    only jobs in the environment of that name get. `repository` is what GitHub's tokens call it, `identity_provider` the
    ARN of GitHub where the account has it already. Raises RepositoryError if the repository could be more than one.
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
        super().__init__("orders:ci:GitHubAccess", name, {}, opts)
        self.account = aws.get_caller_identity_output().account_id
        self._child = pulumi.ResourceOptions(parent=self)
        # Without them the stacks could not be changed again, nor their secrets read.
        self._lasting = pulumi.ResourceOptions(parent=self, protect=True)
        self.state = self._bucket(f"{name}-state")
        key = self._key(f"{name}-state")
        provider = pulumi.Output.from_input(identity_provider or self._identity_provider().arn)

        def trusts(*contexts: str) -> pulumi.Output[Statement]:
            return provider.apply(lambda arn: policies.github_may_assume(arn, repository, contexts))

        def everywhere(account: str) -> list[Statement]:
            return [s for stack in stacks for s in policies.may_look_at(Resources(stack=stack, account=account))]

        # Main as well as pull requests: the nightly comparison runs there.
        reads = pulumi.Output.all(self.state.arn, key.arn, self.account).apply(
            lambda known: [*policies.may_read_state(known[0]), policies.may_decrypt(known[1]), *everywhere(known[2])]
        )
        self._role(f"{name}-preview", trusts("pull_request", MAIN), reads)
        for stack in stacks:
            self._role(f"{name}-deploy-{stack.name}", trusts(f"environment:{stack.name}"), self._deploys(stack, key))
        self.register_outputs({"state": self.state.id})

    def _deploys(self, stack: Stack, key: aws.kms.Key) -> pulumi.Output[list[Statement]]:
        def statements(bucket: str, key_arn: str, account: str) -> list[Statement]:
            resources = Resources(stack=stack, account=account)
            return [
                *policies.may_read_state(bucket),
                policies.may_write_state(bucket, PROJECT, stack.name),
                policies.may_decrypt(key_arn),
                *policies.may_look_at(resources),
                *policies.may_change(resources),
            ]

        return pulumi.Output.all(self.state.arn, key.arn, self.account).apply(lambda known: statements(*known))

    def _identity_provider(self) -> aws.iam.OpenIdConnectProvider:
        return aws.iam.OpenIdConnectProvider(
            "github", url=f"https://{policies.ISSUER}", client_id_lists=[policies.AUDIENCE], opts=self._lasting
        )

    def _bucket(self, name: str) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(name, opts=self._lasting)
        aws.s3.BucketVersioning(
            name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=self._child
        )
        closed = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        document = bucket.arn.apply(lambda arn: policy(policies.state_only_over_tls(arn)))
        # S3 takes one change of a bucket's access at a time.
        opts = pulumi.ResourceOptions(parent=self, depends_on=[closed])
        aws.s3.BucketPolicy(name, bucket=bucket.id, policy=pulumi.Output.json_dumps(document), opts=opts)
        return bucket

    def _key(self, name: str) -> aws.kms.Key:
        key = aws.kms.Key(
            name,
            description="The secrets in the state of the orders project",
            enable_key_rotation=True,
            opts=self._lasting,
        )
        aws.kms.Alias(name, name=KEY_ALIAS, target_key_id=key.key_id, opts=self._child)
        return key

    def _role(self, name: str, trusts: pulumi.Output[Statement], may: pulumi.Output[list[Statement]]) -> None:
        role = aws.iam.Role(
            name,
            name=name,  # The workflows know it by its name.
            assume_role_policy=pulumi.Output.json_dumps(trusts.apply(policy)),
            opts=self._child,
        )
        document = may.apply(lambda statements: policy(*statements))
        aws.iam.RolePolicy(name, role=role.name, policy=pulumi.Output.json_dumps(document), opts=self._child)
