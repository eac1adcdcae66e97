"""The resource types that the local deployer supports, with their inputs."""

from typing import Any

import pytest

from local.resources import _TYPES, NotCarriedOut, _paths, carry_out
from tests.support.nowhere import NOWHERE
from tests.support.recorder import recorded


@pytest.mark.parametrize(
    ("type_token", "inputs", "said"),
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
def test_a_type_or_an_input_that_was_not_learnt_is_an_error_with_its_name(
    type_token: str, inputs: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotCarriedOut) as raised:
        carry_out(NOWHERE, type_token, "It", inputs)
    assert said in str(raised.value)


def test_everything_that_the_program_declares_was_learnt() -> None:
    for resource in recorded("prod", {"customerManagedKey": "true"}).resources:
        if resource.custom:
            learnt = _TYPES[resource.type].inputs
            assert _paths(resource.inputs, learnt) <= learnt, resource.name
