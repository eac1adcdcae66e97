"""The event source mapping of a function."""

from typing import TYPE_CHECKING

from ops.clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef


def mapping_of(clients: Clients, function: str) -> "EventSourceMappingConfigurationTypeDef":
    """Return the mapping of a function, which has exactly one."""
    [mapping] = clients.lambda_.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    return mapping
