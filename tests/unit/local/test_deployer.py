"""The local deployer: it stops at a resource or function that it does not support."""

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockMonitor

from local.deployer import _CarriesOut
from local.program import run_program
from local.project import stack_config
from local.resources import NotCarriedOut
from tests.support.nowhere import NOWHERE
from tests.support.recorder import recorded


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
