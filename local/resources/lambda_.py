"""Functions and event source mappings."""

from typing import Any

from infra.project import ROOT
from local.entry_point import check_entry_point
from local.resources.registry import Cloud, Inputs, ResourceState, resource_type


@resource_type(
    "aws:lambda/function:Function",
    "architectures",
    "code",
    "environment.variables",
    "handler",
    "loggingConfig.logFormat",
    "loggingConfig.logGroup",
    "loggingConfig.systemLogLevel",
    "memorySize",
    "reservedConcurrentExecutions",
    "role",
    "runtime",
    "timeout",
    "tracingConfig.mode",
)
def _function(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    function = cloud.clients.lambda_
    path, configuration = ROOT / inputs["code"].path, _configuration(name, inputs)
    # Before the deployment, so that the function that is there stays.
    check_entry_point(path, inputs["handler"], inputs["environment"]["variables"], cloud.clients.region)
    code = path.read_bytes()
    try:
        arn = function.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        function.update_function_configuration(**configuration)
        function.update_function_code(FunctionName=name, ZipFile=code, Architectures=inputs["architectures"])
    except function.exceptions.ResourceNotFoundException:
        arn = function.create_function(
            **configuration, Code={"ZipFile": code}, Architectures=inputs["architectures"], Tags=cloud.tags
        )["FunctionArn"]
    if (reserved := inputs["reservedConcurrentExecutions"]) >= 0:
        function.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    else:
        function.delete_function_concurrency(FunctionName=name)
    return name, {"arn": arn, "name": name}


def _configuration(name: str, inputs: Inputs) -> dict[str, Any]:
    logging = inputs["loggingConfig"]
    return {
        "FunctionName": name,
        "Role": inputs["role"],
        "Runtime": inputs["runtime"],
        "Handler": inputs["handler"],
        "MemorySize": inputs["memorySize"],
        "Timeout": inputs["timeout"],
        "Environment": {"Variables": inputs["environment"]["variables"]},
        "LoggingConfig": {
            "LogFormat": logging["logFormat"],
            "LogGroup": logging["logGroup"],
            "SystemLogLevel": logging["systemLogLevel"],
        },
        "TracingConfig": {"Mode": inputs["tracingConfig"]["mode"]},
    }


@resource_type(
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "batchSize",
    "bisectBatchOnFunctionError",
    "destinationConfig.onFailure.destinationArn",
    "eventSourceArn",
    "functionName",
    "functionResponseTypes",
    "maximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds",
    "provisionedPollerConfig.maximumPollers",
    "provisionedPollerConfig.minimumPollers",
    "scalingConfig.maximumConcurrency",
    "startingPosition",
)
def _event_source_mapping(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    function = cloud.clients.lambda_
    between = {"EventSourceArn": inputs["eventSourceArn"], "FunctionName": inputs["functionName"]}
    declared: dict[str, Any] = {
        "BatchSize": inputs["batchSize"],
        "FunctionResponseTypes": inputs["functionResponseTypes"],
        **(_of_stream(inputs) if "startingPosition" in inputs else _of_queue(inputs)),
    }
    if found := function.list_event_source_mappings(**between)["EventSourceMappings"]:
        identity = found[0]["UUID"]
        function.update_event_source_mapping(UUID=identity, **declared)  # A pause stays, as with Pulumi.
    else:
        start: dict[str, Any] = {"StartingPosition": inputs["startingPosition"]} if "startingPosition" in inputs else {}
        identity = function.create_event_source_mapping(**between, **declared, **start, Tags=cloud.tags)["UUID"]
    return identity, {"uuid": identity}


def _of_queue(inputs: Inputs) -> dict[str, Any]:
    scaling, pollers = inputs.get("scalingConfig"), inputs.get("provisionedPollerConfig")
    return {
        "MaximumBatchingWindowInSeconds": inputs["maximumBatchingWindowInSeconds"],
        # An empty value removes what the mapping had before.
        "ScalingConfig": {"MaximumConcurrency": scaling["maximumConcurrency"]} if scaling else {},
        "ProvisionedPollerConfig": {
            "MinimumPollers": pollers["minimumPollers"],
            "MaximumPollers": pollers["maximumPollers"],
        }
        if pollers
        else {},
    }


def _of_stream(inputs: Inputs) -> dict[str, Any]:
    return {
        "BisectBatchOnFunctionError": inputs["bisectBatchOnFunctionError"],
        "DestinationConfig": {"OnFailure": {"Destination": inputs["destinationConfig"]["onFailure"]["destinationArn"]}},
        "MaximumRecordAgeInSeconds": inputs["maximumRecordAgeInSeconds"],
    }
