"""The Lambda function that reads the table's stream and publishes events."""

import pulumi
import pulumi_aws as aws

from handler.contract import NOTIFIER_ENTRY_POINT, Variable
from infra import policies
from infra.events import OrderEvents
from infra.function import attach_permissions, log_group, logs_into, request_timeout_seconds
from infra.mapping_limits import NOT_RESERVED
from infra.notifier_limits import BATCH_SIZE, MEMORY_MEGABYTES, TIMEOUT_SECONDS
from infra.settings import Settings

SECONDS_TO_GIVE_UP = 3600
"""Time in which the notifier itself gives up old events, before Lambda discards their records. Lambda only records the
place of a discarded record in the stream, whereas the notifier keeps the record."""


class OrderNotifier(pulumi.ComponentResource):
    """The function, the permissions of its role, its log group, and the event source mapping that invokes it.

    If the function fails as a whole, Lambda retries each half of the batch. It retries a record until the record is
    older than `eventRetrySeconds` plus SECONDS_TO_GIVE_UP.
    """

    def __init__(  # noqa: PLR0913 - the role comes from outside, because the key needs it earlier
        self,
        name: str,
        settings: Settings,
        *,
        code: pulumi.Archive,
        runs_as: aws.iam.Role,
        reads: aws.dynamodb.Table,
        tells: OrderEvents,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderNotifier", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._settings = settings
        self.log_group = log_group(name, settings.processor.log_retention_days, key, self._child)
        statements = [
            policies.notifier_may_read_changes(reads.arn),
            policies.notifier_may_tell(tells.topic.arn),
            policies.notifier_may_give_up(tells.given_up.arn),
            policies.function_may_log(self.log_group.arn),
        ]
        if settings.tracing.active_tracing:
            statements.append(policies.function_may_trace())
        permissions = attach_permissions(name, runs_as, statements, self._child)
        # Without its permissions, the function fails, and Lambda rejects the event source mapping.
        permitted = pulumi.ResourceOptions(parent=self, depends_on=permissions)
        self.function = self._function(name, code, runs_as, tells, permitted)
        self._mapping(name, reads, tells, permitted)
        self.register_outputs({"name": self.function.name, "logGroup": self.log_group.name})

    def _function(
        self,
        name: str,
        code: pulumi.Archive,
        role: aws.iam.Role,
        tells: OrderEvents,
        opts: pulumi.ResourceOptions,
    ) -> aws.lambda_.Function:
        variables: dict[str, pulumi.Input[str]] = {
            Variable.EVENT_TOPIC_ARN: tells.topic.arn,
            Variable.GIVEN_UP_QUEUE_URL: tells.given_up.url,
            Variable.EVENT_RETRY_SECONDS: str(self._settings.events.event_retry_seconds),
            Variable.REQUEST_TIMEOUT_SECONDS: str(request_timeout_seconds(TIMEOUT_SECONDS)),
            Variable.CUSTOM_METRICS: str(self._settings.processor.custom_metrics).lower(),
        }
        return aws.lambda_.Function(
            name,
            role=role.arn,
            runtime=self._settings.processor.processor_runtime,
            architectures=[self._settings.processor.processor_architecture],
            handler=NOTIFIER_ENTRY_POINT,
            code=code,
            memory_size=MEMORY_MEGABYTES,
            timeout=TIMEOUT_SECONDS,
            reserved_concurrent_executions=NOT_RESERVED,
            environment={"variables": variables},
            logging_config=logs_into(self.log_group),
            tracing_config={"mode": self._settings.tracing.mode},
            opts=opts,
        )

    def _mapping(
        self,
        name: str,
        reads: aws.dynamodb.Table,
        tells: OrderEvents,
        opts: pulumi.ResourceOptions,
    ) -> None:
        aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=reads.stream_arn,
            function_name=self.function.arn,
            # LATEST may miss changes of the time in which Lambda creates the mapping.
            starting_position="TRIM_HORIZON",
            batch_size=BATCH_SIZE,
            bisect_batch_on_function_error=True,
            maximum_record_age_in_seconds=self._settings.events.event_retry_seconds + SECONDS_TO_GIVE_UP,
            function_response_types=["ReportBatchItemFailures"],
            destination_config={"on_failure": {"destination_arn": tells.given_up.arn}},
            opts=opts,
        )
