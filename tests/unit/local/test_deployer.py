"""The local deployer: it stops at a resource or function that it does not support."""

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockMonitor

from infra.project import stack_config
from local.deployer import _DeployingMocks
from local.program import run_program
from local.resources import UnsupportedResource
from tests.support.nowhere import NOWHERE
from tests.support.recorder import recorded


def test_the_program_ends_with_that_error() -> None:
    def program() -> None:
        aws.s3.Bucket("Receipts")

    with pytest.raises(UnsupportedResource) as raised:
        run_program("local", stack_config("local"), MockMonitor(_DeployingMocks(NOWHERE, lambda *_: None)), program)
    assert "aws:s3/bucket:Bucket (Receipts)" in str(raised.value)
    assert recorded("dev").outputs["tableName"] == "Orders", "the next program is none the worse for it"


def test_an_unsupported_function_of_the_provider_is_an_error_too() -> None:
    def program() -> None:
        pulumi.export("zones", aws.get_availability_zones().names)

    with pytest.raises(Exception, match="aws:index/getAvailabilityZones:getAvailabilityZones") as raised:
        run_program("local", stack_config("local"), MockMonitor(_DeployingMocks(NOWHERE, lambda *_: None)), program)
    assert "does not support the function" in str(raised.value)
