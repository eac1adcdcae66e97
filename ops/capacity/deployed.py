"""The settings of a deployed stack, and the limits around it, as AWS has them now."""

import json
from dataclasses import replace
from typing import Any

from handler.contract import Variable
from infra.mapping_limits import NOT_RESERVED
from ops.capacity import limits
from ops.capacity.inputs import CapacityInputs, measured_batches
from ops.clients import Clients
from ops.cost import CostInputs, idle_pollers
from ops.errors import NoAccess
from ops.mappings import find_mapping
from ops.system import System


def deployed(system: System) -> CapacityInputs:
    """Read the queue, the function, the mapping, the table and the quota of the account. Raises NoAccess.

    A paused stack has the settings with which it goes on.
    """
    clients, outputs = system.clients, system.outputs
    function: Any = clients.lambda_.get_function_configuration(FunctionName=outputs.processor_name)
    reserved = clients.lambda_.get_function_concurrency(FunctionName=outputs.processor_name)
    queue = _queue(clients, outputs.queue_url)
    mapping = find_mapping(system, queue["QueueArn"])
    pollers = mapping.get("ProvisionedPollerConfig") or {}
    table: Any = clients.dynamodb.describe_table(TableName=outputs.table_name)["Table"]
    account = clients.lambda_.get_account_settings()["AccountLimit"]
    return CapacityInputs(
        region=outputs.region,
        visibility_timeout_seconds=int(queue["VisibilityTimeout"]),
        max_receive_count=int(json.loads(queue["RedrivePolicy"])["maxReceiveCount"]),
        message_retention_seconds=int(queue["MessageRetentionPeriod"]),
        retry_invalid_orders_at_once=bool(function["Environment"]["Variables"].get(Variable.RETRY_AT_ONCE_QUEUE_URL)),
        processor_timeout_seconds=function["Timeout"],
        maximum_concurrency=(mapping.get("ScalingConfig") or {}).get("MaximumConcurrency", 0),
        minimum_pollers=pollers.get("MinimumPollers", 0),
        maximum_pollers=pollers.get("MaximumPollers", 0),
        reserved_concurrency=reserved.get("ReservedConcurrentExecutions", NOT_RESERVED),
        batch_size=mapping["BatchSize"],
        batching_window_seconds=mapping.get("MaximumBatchingWindowInSeconds", 0),
        architecture=function.get("Architectures", ["x86_64"])[0],
        batch_seconds=measured_batches(function["MemorySize"]),
        account_concurrency=account["UnreservedConcurrentExecutions"],
        maximum_table_writes=max(0, table.get("OnDemandThroughput", {}).get("MaxWriteRequestUnits", 0)),
        table_writes=table.get("WarmThroughput", {}).get("WriteUnitsPerSecond") or limits.TABLE_WRITES.value,
    )


def deployed_costs(system: System, inputs: CapacityInputs, of_file: CostInputs) -> CostInputs:
    """Return what the cost depends on: as AWS has it, and the addresses of the stack's file."""
    function = system.clients.lambda_.get_function_configuration(FunctionName=system.outputs.processor_name)
    return replace(
        of_file,
        batch_size=inputs.batch_size,
        batching_window_seconds=inputs.batching_window_seconds,
        memory_megabytes=function["MemorySize"],
        architecture=inputs.architecture,
        idle_pollers=idle_pollers(inputs.maximum_concurrency, inputs.minimum_pollers),
        tells_events=bool(system.outputs.event_topic_arn),
        custom_metrics=function["Environment"]["Variables"].get(Variable.CUSTOM_METRICS) != "false",
        is_traced=function.get("TracingConfig", {}).get("Mode") == "Active",
    )


def _queue(clients: Clients, url: str) -> dict[str, str]:
    found = clients.sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["QueueArn", "VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy"]
    )["Attributes"]
    if "RedrivePolicy" not in found:
        raise NoAccess(f"{url} has no redrive policy, so no order reaches a dead-letter queue: run `orders drift`")
    return {str(key): value for key, value in found.items()}
