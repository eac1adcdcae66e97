"""A restore goes to a new table and to a second that DynamoDB still knows, and is in the history."""

from datetime import UTC, datetime, timedelta

import pytest

from ops.errors import InvalidInput, NothingDone, UserError
from ops.recovery.restore import plan_restore, restore
from ops.recovery.tables import check_other
from tests.support.fake_tables import EARLIEST, HERE, LATEST, THERE, RecoveredSystem


def test_a_plan_restores_nothing(recovered: RecoveredSystem) -> None:
    plan = plan_restore(recovered.system, datetime(2026, 11, 24, 16, 0, 0, 900, tzinfo=UTC), None)
    assert (plan.source, plan.target, str(plan.at)) == (HERE, "Orders-20261124T160000Z", "2026-11-24 16:00:00+00:00")
    assert (recovered.dynamodb.restored, recovered.logs.records) == ([], [])


def test_a_restore_asks_dynamodb_once_and_is_in_the_history(recovered: RecoveredSystem) -> None:
    plan = plan_restore(recovered.system, None, "Saved")
    restore(recovered.system, plan, reason="a script deleted orders")
    assert recovered.dynamodb.restored == [
        {"SourceTableName": HERE, "TargetTableName": "Saved", "RestoreDateTime": LATEST}
    ]
    begun, ended = recovered.logs.records
    assert (begun["history"], begun["table"], begun["why"]) == ("table restore", "Saved", "a script deleted orders")
    assert ended["step"] == "ended"


def refusal(recovered: RecoveredSystem, at: datetime | None = None, target: str | None = None) -> UserError:
    with pytest.raises(UserError) as raised:
        restore(recovered.system, plan_restore(recovered.system, at, target), reason="")
    assert recovered.dynamodb.restored == []
    return raised.value


@pytest.mark.parametrize("at", [EARLIEST - timedelta(seconds=1), LATEST + timedelta(seconds=1)])
def test_a_time_outside_of_the_recovery_period_is_refused(recovered: RecoveredSystem, at: datetime) -> None:
    error = refusal(recovered, at)
    assert isinstance(error, InvalidInput)
    assert str(error).endswith("give a time from 2026-10-20 08:00:00Z to 2026-11-24 16:55:30Z")


def test_the_ends_of_the_recovery_period_are_accepted(recovered: RecoveredSystem) -> None:
    assert plan_restore(recovered.system, EARLIEST, None).at == EARLIEST
    assert plan_restore(recovered.system, LATEST, None).at == LATEST


@pytest.mark.parametrize("change", [{"PointInTimeRecoveryStatus": "DISABLED"}, {"EarliestRestorableDateTime": None}])
def test_a_table_without_recovery_cannot_be_restored(recovered: RecoveredSystem, change: dict[str, object]) -> None:
    recovered.dynamodb.recovery |= change
    assert "Orders has no point-in-time recovery" in str(refusal(recovered))


@pytest.mark.parametrize("name", ["ab", "a b", "x" * 256, "a/b", "tä"])
def test_an_impossible_name_is_refused(recovered: RecoveredSystem, name: str) -> None:
    assert isinstance(refusal(recovered, target=name), InvalidInput)


def test_an_existing_table_stays_as_it_is(recovered: RecoveredSystem) -> None:
    recovered.dynamodb.status = "CREATING"
    error = refusal(recovered, target=THERE)
    assert isinstance(error, NothingDone)
    assert str(error).startswith(f"the table {THERE} exists already, and is CREATING")


def test_a_table_that_somebody_creates_meanwhile_stays_as_it_is(recovered: RecoveredSystem) -> None:
    plan = plan_restore(recovered.system, None, "Saved")
    recovered.dynamodb.create("Saved")
    with pytest.raises(NothingDone):
        restore(recovered.system, plan, reason="")
    assert [record["step"] for record in recovered.logs.records] == ["begun", "stopped"]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (HERE, "Orders is the table of the stack itself"),
        ("Nothing", "there is no table Nothing in eu-west-1"),
        ("", " is no name of a table"),
    ],
)
def test_another_table_has_to_be_there(recovered: RecoveredSystem, table: str, problem: str) -> None:
    with pytest.raises(UserError) as raised:
        check_other(recovered.system, table)
    assert str(raised.value).startswith(problem)


def test_another_table_has_to_be_one_of_orders_and_whole(recovered: RecoveredSystem) -> None:
    recovered.dynamodb.status = "CREATING"
    with pytest.raises(NothingDone) as raised:
        check_other(recovered.system, THERE)
    assert str(raised.value).endswith("is CREATING: try again when it is ACTIVE")
    recovered.dynamodb.key = [{"AttributeName": "id", "KeyType": "HASH"}]
    with pytest.raises(InvalidInput) as refused:
        check_other(recovered.system, THERE)
    assert str(refused.value).endswith("is not a table of orders: its key is not orderId, a string")
