"""The resource types that the local deployer supports, and how it deploys one resource.

The function of a type creates the resource on the emulator, or updates it if it exists, and returns the id and the
outputs that the AWS provider would return. An unknown type or input is an error with its name.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ops.clients import Clients

Name = TypeVar("Name", bound=str)
Inputs = Mapping[str, Any]
ResourceState = tuple[str, dict[str, Any]]
"""A resource's id and its outputs."""


class UnsupportedResource(Exception):
    """The program declares something that the local deployer does not support. Add it in local/resources/."""


@dataclass(frozen=True)
class Cloud:
    """The emulator's clients, and the tags that every resource gets."""

    clients: Clients
    tags: Mapping[str, str]

    @property
    def tag_list(self) -> list[Any]:
        """The tags as pairs, the form that SNS, DynamoDB and IAM take."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


Deploy = Callable[[Cloud, str, Inputs], ResourceState]


@dataclass(frozen=True)
class ResourceType:
    """The inputs of a type, by dotted path, and the function that deploys a resource of it."""

    inputs: frozenset[str]
    deploy: Deploy


_TYPES: dict[str, ResourceType] = {}


def resource_type(type_token: str, *inputs: str) -> Callable[[Deploy], Deploy]:
    """Register a function for a type. It supports these inputs, each a dotted path."""

    def register(function: Deploy) -> Deploy:
        _TYPES[type_token] = ResourceType(frozenset(inputs), function)
        return function

    return register


def deploy_resource(cloud: Cloud, type_token: str, name: str, inputs: Inputs) -> ResourceState:
    """Create or update one resource. Raises UnsupportedResource for an unknown type or input."""
    known = _TYPES.get(type_token)
    if known is None:
        raise UnsupportedResource(
            f"the local deployer does not support {type_token} ({name}): add it in local/resources/"
        )
    if unknown := sorted(_paths(inputs, known.inputs) - known.inputs):
        raise UnsupportedResource(f"the local deployer does not support {', '.join(unknown)} of {type_token} ({name})")
    return known.deploy(cloud, name, inputs)


def call_function(cloud: Cloud, token: str) -> dict[str, Any]:
    """Return the result of a provider function. Raises UnsupportedResource for an unknown function."""
    match token:
        case "aws:index/getCallerIdentity:getCallerIdentity":
            identity = cloud.clients.sts.get_caller_identity()
            return {"accountId": identity["Account"], "arn": identity["Arn"], "userId": identity["UserId"]}
        case "aws:index/getRegion:getRegion":
            return {"region": cloud.clients.region}
        case _:
            raise UnsupportedResource(f"the local deployer does not support the function {token}")


def attributes(names: Mapping[str, Name], inputs: Inputs) -> dict[Name, str]:
    """The inputs under the API's names. SNS and SQS take every value as text."""
    return {name: as_text(inputs[key]) for key, name in names.items() if key in inputs}


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _paths(inputs: Inputs, known: frozenset[str], prefix: str = "") -> set[str]:
    """Return the dotted path of every input.

    Nested inputs have their own paths, unless the resource type supports the outer input as a whole.
    """
    found = set()
    for name, value in inputs.items():
        path = f"{prefix}{name}"
        found |= _paths(value, known, f"{path}.") if isinstance(value, dict) and path not in known else {path}
    return found
