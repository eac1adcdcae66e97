"""The Lambda function that receives orders from the queue and writes them to the table."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from handler.contract import ENTRY_POINT, Variable
from infra import policies
from infra.effects import PACKAGE_FILES
from infra.function import attach_permissions, log_group, logs_into, request_timeout_seconds
from infra.package import Package, build_package
from infra.project import ROOT
from infra.queue import OrderQueue
from infra.settings import ProcessorSettings, TracingSettings, as_inputs


class OrderProcessor(pulumi.ComponentResource):
    """The function, the permissions of its role, its log group, and the event source mapping that invokes it."""

    def __init__(  # noqa: PLR0913 - the role comes from outside, because the key needs it earlier
        self,
        name: str,
        settings: ProcessorSettings,
        *,
        tracing: TracingSettings,
        runs_as: aws.iam.Role,
        reads: OrderQueue,
        writes: aws.dynamodb.Table,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.package, path = _package()
        self.code = pulumi.FileArchive(str(path))
        inputs = as_inputs(settings) | {PACKAGE_FILES: self.package.files}
        super().__init__("orders:index:OrderProcessor", name, inputs, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.log_group = log_group(name, settings.log_retention_days, key, self._child)
        statements = self._statements(settings, reads, writes)
        if tracing.active_tracing:
            statements.append(policies.function_may_trace())
        permissions = attach_permissions(name, runs_as, statements, self._child)
        # Without its permissions, the function fails its first orders, and Lambda rejects the event source mapping.
        permitted = pulumi.ResourceOptions(parent=self, depends_on=permissions)
        self._tracing = tracing
        self.function = self._function(name, settings, runs_as, _variables(settings, reads, writes), permitted)
        redriven = pulumi.ResourceOptions(parent=self, depends_on=[*permissions, reads.redrives])
        self._mapping(name, settings, reads, redriven)
        self.register_outputs({"name": self.function.name, "logGroup": self.log_group.name})

    def _statements(
        self, settings: ProcessorSettings, reads: OrderQueue, writes: aws.dynamodb.Table
    ) -> list[policies.Statement]:
        """Return the permissions of the function and its event source mapping."""
        statements = [
            policies.processor_may_receive(reads.queue.arn),
            policies.processor_may_write_orders(writes.arn),
            policies.function_may_log(self.log_group.arn),
        ]
        if settings.retry_invalid_orders_at_once:
            statements.append(policies.processor_may_retry_at_once(reads.queue.arn))
        return statements

    def _function(
        self,
        name: str,
        settings: ProcessorSettings,
        role: aws.iam.Role,
        variables: dict[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
    ) -> aws.lambda_.Function:
        return aws.lambda_.Function(
            name,
            role=role.arn,
            runtime=settings.processor_runtime,
            architectures=[settings.processor_architecture],
            handler=ENTRY_POINT,
            code=self.code,
            memory_size=settings.processor_memory_megabytes,
            timeout=settings.processor_timeout_seconds,
            reserved_concurrent_executions=settings.reserved_concurrency,
            environment={"variables": variables},
            logging_config=logs_into(self.log_group),
            tracing_config={"mode": self._tracing.mode},
            opts=opts,
        )

    def _mapping(self, name: str, settings: ProcessorSettings, reads: OrderQueue, opts: pulumi.ResourceOptions) -> None:
        least, most, batches = settings.minimum_pollers, settings.maximum_pollers, settings.maximum_concurrency
        aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=reads.queue.arn,
            function_name=self.function.arn,
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batching_window_seconds,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": batches} if batches else None,
            provisioned_poller_config={"minimum_pollers": least, "maximum_pollers": most} if most else None,
            opts=opts,
        )


def _package() -> tuple[Package, Path]:
    """Build the zip in the folder of the Pulumi project. Return it, and the path by which the engine finds it.

    A relative path is the same in every clone. The engine resolves it from the folder in which the program runs. If
    that is not the folder of Pulumi.yaml, because of its key `main` or in an inline program, the path is absolute.
    """
    root = Path(pulumi.get_root_directory() or "")
    if not root.is_absolute():  # Pulumi gives an inline program a placeholder.
        package = build_package()
        return package, ROOT / package.path
    package = build_package(root)
    return package, package.path if root.resolve() == Path.cwd() else root / package.path


def _variables(
    settings: ProcessorSettings, reads: OrderQueue, writes: aws.dynamodb.Table
) -> dict[str, pulumi.Input[str]]:
    return {
        Variable.TABLE_NAME: writes.name,
        Variable.MAX_RECEIVE_COUNT: str(reads.max_receive_count),
        Variable.RETRY_AT_ONCE_QUEUE_URL: reads.queue.url if settings.retry_invalid_orders_at_once else "",
        Variable.REQUEST_TIMEOUT_SECONDS: str(request_timeout_seconds(settings.processor_timeout_seconds)),
        Variable.CUSTOM_METRICS: str(settings.custom_metrics).lower(),
    }
