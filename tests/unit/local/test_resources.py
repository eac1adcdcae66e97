"""The resource types that the local deployer supports, with their inputs."""

from typing import Any

import pytest

from local.resources import UnsupportedResource, deploy_resource
from local.resources.registry import _TYPES, _paths
from tests.support.nowhere import NOWHERE
from tests.support.recorder import recorded


@pytest.mark.parametrize(
    ("type_token", "inputs", "message"),
    [
        ("aws:s3/bucket:Bucket", {}, "aws:s3/bucket:Bucket (It)"),
        ("aws:sqs/queue:Queue", {"fifoQueue": True}, "fifoQueue of aws:sqs/queue:Queue (It)"),
        ("aws:sqs/queue:Queue", {"fifoQueue": "k", "delaySeconds": 1}, "delaySeconds, fifoQueue of"),
        (
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            {"scalingConfig": {"maximumConcurrency": 2, "minimum": 1}},
            "scalingConfig.minimum of",
        ),
    ],
)
def test_an_unsupported_type_or_input_is_an_error_with_its_name(
    type_token: str, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(UnsupportedResource) as raised:
        deploy_resource(NOWHERE, type_token, "It", inputs)
    assert message in str(raised.value)


def test_everything_that_the_program_declares_is_supported() -> None:
    settings = {"customerManagedKey": "true", "activeTracing": "true", "maximumTableWrites": "2000"}
    for resource in recorded("prod", settings).resources:
        if resource.custom:
            known = _TYPES[resource.type].inputs
            assert _paths(resource.inputs, known) <= known, resource.name
