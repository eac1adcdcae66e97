"""The local deployer: it carries out what it has learnt, and says so where it has not."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockMonitor

from local.aws import ACCESS_KEY, REGION, SECRET_KEY, Endpoint
from local.deployer import _CarriesOut
from local.emulator import LOOPBACK, SERVICES, USUAL_PORT
from local.program import run_program
from local.project import stack_config
from local.resources import _TYPES, Cloud, NotCarriedOut, _paths, carry_out
from tests.support.recorder import recorded

NOWHERE = Cloud(Endpoint("http://127.0.0.1:9"), {})
"""A cloud that answers nothing: what is refused is refused before anything is sent."""


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


def test_the_program_is_told_so_and_ends() -> None:
    def program() -> None:
        aws.s3.Bucket("Receipts")

    with pytest.raises(NotCarriedOut) as raised:
        run_program("local", stack_config("local"), MockMonitor(_CarriesOut(NOWHERE, lambda *_: None)), program)
    assert "aws:s3/bucket:Bucket (Receipts)" in str(raised.value)
    assert recorded("dev").outputs["tableName"] == "Orders", "the next program is none the worse for it"


def test_a_function_of_the_provider_is_not_carried_out_either() -> None:
    def program() -> None:
        pulumi.export("zones", aws.get_availability_zones().names)

    with pytest.raises(Exception, match="aws:index/getAvailabilityZones:getAvailabilityZones") as raised:
        run_program("local", stack_config("local"), MockMonitor(_CarriesOut(NOWHERE, lambda *_: None)), program)
    assert "does not carry out the function" in str(raised.value)


def test_everything_that_the_program_declares_was_learnt() -> None:
    for resource in recorded("prod", {"customerManagedKey": "true"}).resources:
        if resource.custom:
            learnt = _TYPES[resource.type].inputs
            assert _paths(resource.inputs, learnt) <= learnt, resource.name


def test_the_local_stack_looks_for_the_emulator_where_it_is() -> None:
    config = stack_config("local")
    assert (config["aws:region"], config["aws:accessKey"], config["aws:secretKey"]) == (REGION, ACCESS_KEY, SECRET_KEY)
    [endpoints] = json.loads(config["aws:endpoints"])
    # The provider's name for CloudWatch Logs is not the emulator's.
    assert {"logs" if name == "cloudwatchlogs" else name for name in endpoints} == set(SERVICES)
    assert set(endpoints.values()) == {f"http://{LOOPBACK}:{USUAL_PORT}"}
