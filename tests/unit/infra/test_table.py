"""The table of orders."""

from infra.resource_types import TABLE
from tests.support.recorder import Program, recorded


def test_the_table_has_its_key_and_can_be_restored_to_any_second(dev: Program) -> None:
    assert dev.one(TABLE).inputs == {
        "attributes": [{"name": "orderId", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "deletionProtectionEnabled": False,
        "hashKey": "orderId",
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
    }


def test_the_table_has_no_stream_if_nobody_reads_it() -> None:
    inputs = recorded("dev", {"orderEvents": "false"}).one(TABLE).inputs
    assert inputs["streamEnabled"] is False
    assert "streamViewType" not in inputs


def test_the_table_has_a_maximum_only_if_the_setting_is_one() -> None:
    inputs = recorded("dev", {"maximumTableWrites": "2000"}).one(TABLE).inputs
    assert inputs["onDemandThroughput"] == {"maxWriteRequestUnits": 2000}


def test_dynamodb_too_refuses_to_delete_the_table_of_prod(prod: Program) -> None:
    assert prod.one(TABLE).inputs["deletionProtectionEnabled"] is True
