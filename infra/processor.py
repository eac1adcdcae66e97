"""What takes orders from the queue and writes them to the table."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from handler.contract import ENTRY_POINT, Variable
from infra import policies
from infra.package import build_package
from infra.queue import OrderQueue
from infra.settings import ProcessorSettings

LOG_GROUP_PREFIX = "/aws/lambda/"


class OrderProcessor(pulumi.ComponentResource):
    """The function with its role and its log, and the event source mapping that feeds it from the queue."""

    def __init__(
        self,
        name: str,
        settings: ProcessorSettings,
        *,
        reads: OrderQueue,
        writes: aws.dynamodb.Table,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderProcessor", name, {}, opts)
        self.package = build_package()
        self.log_group = aws.cloudwatch.LogGroup(
            f"{LOG_GROUP_PREFIX}{name}",
            kms_key_id=key.arn if key else None,
            retention_in_days=settings.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        role = self._role(name)
        permissions = self._permissions(name, role, _needs(settings, reads, writes, self.log_group, key))
        # Without its permissions the function would fail its first orders, and Lambda refuses the mapping.
        permitted = pulumi.ResourceOptions(parent=self, depends_on=[permissions])
        self.function = aws.lambda_.Function(
            name,
            role=role.arn,
            runtime=settings.processor_runtime,
            architectures=[settings.processor_architecture],
            handler=ENTRY_POINT,
            code=pulumi.FileArchive(str(self.package.path)),
            memory_size=settings.processor_memory_megabytes,
            timeout=settings.processor_timeout_seconds,
            reserved_concurrent_executions=settings.reserved_concurrency,
            environment={"variables": _variables(settings, reads, writes)},
            logging_config={"log_format": "JSON", "log_group": self.log_group.name},
            opts=permitted,
        )
        aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=reads.queue.arn,
            function_name=self.function.arn,
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batching_window_seconds,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": settings.maximum_concurrency},
            opts=permitted,
        )
        self.register_outputs({"name": self.function.name, "logGroup": self.log_group.name})

    def _role(self, name: str) -> aws.iam.Role:
        document = policies.policy(policies.lambda_may_assume())
        return aws.iam.Role(
            name,
            assume_role_policy=pulumi.Output.json_dumps(document),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _permissions(
        self, name: str, role: aws.iam.Role, statements: Sequence[policies.Statement]
    ) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=pulumi.Output.json_dumps(policies.policy(*statements)),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _needs(
    settings: ProcessorSettings,
    reads: OrderQueue,
    writes: aws.dynamodb.Table,
    log_group: aws.cloudwatch.LogGroup,
    key: aws.kms.Key | None,
) -> list[policies.Statement]:
    """What the function and its mapping have to be allowed."""
    statements = [
        policies.processor_may_receive(reads.queue.arn),
        policies.processor_may_write_orders(writes.arn),
        policies.processor_may_log(log_group.arn),
    ]
    if settings.retry_invalid_orders_at_once:
        statements.append(policies.processor_may_retry_at_once(reads.queue.arn))
    if key:
        sqs, dynamodb = (
            pulumi.Output.format("{}.{}.amazonaws.com", service, aws.get_region_output().region)
            for service in ("sqs", "dynamodb")
        )
        statements += [
            policies.processor_may_read_encrypted(key.arn, sqs),
            policies.processor_may_write_encrypted(key.arn, dynamodb),
        ]
    return statements


def _variables(
    settings: ProcessorSettings, reads: OrderQueue, writes: aws.dynamodb.Table
) -> dict[str, pulumi.Input[str]]:
    return {
        Variable.TABLE_NAME: writes.name,
        Variable.MAX_RECEIVE_COUNT: str(reads.max_receive_count),
        Variable.RETRY_AT_ONCE_QUEUE_URL: reads.queue.url if settings.retry_invalid_orders_at_once else "",
        # Two tries, each with a connection to make, and the function still has time to answer.
        Variable.REQUEST_TIMEOUT_SECONDS: str(settings.processor_timeout_seconds / 5),
    }
