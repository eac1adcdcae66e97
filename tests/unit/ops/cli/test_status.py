"""`orders status` on a system in memory."""

from datetime import UTC, datetime

import pytest

from tests.support.command import run_orders
from tests.support.fake_system import OUTPUTS, FakeSystem

UNTIL = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("until", [None, UNTIL])
def test_a_mute_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], until: datetime | None
) -> None:
    fake = FakeSystem()
    fake.cloudwatch.muted_until = until
    monkeypatch.setattr("ops.cli.options.local_system", fake.system)
    [found] = run_orders(monkeypatch, capsys, "status", "--json").json
    assert found["muted_until"] == (until and until.isoformat())
    page = run_orders(monkeypatch, capsys, "status").out
    assert ("muted until 2100-01-01 00:00:00Z" in page) == bool(until)


def test_links_are_whole_and_alarms_have_a_beginning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = FakeSystem()
    fake.cloudwatch.alarms = [{"AlarmName": "OrderDLQNotEmpty", "StateValue": "ALARM", "StateUpdatedTimestamp": UNTIL}]
    monkeypatch.setattr("ops.cli.options.local_system", lambda: fake.system(endpoint_url=None))
    monkeypatch.setitem(OUTPUTS, "alarmNames", ["OrderDLQNotEmpty", "OrderDLQGrowing"])
    page = run_orders(monkeypatch, capsys, "status").out
    console = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
    assert f"\nOrderDLQNotEmpty  {console}#alarmsV2:alarm/OrderDLQNotEmpty\n" in page
    assert f"\ndashboard  {console}#dashboards/dashboard/OrderFlow\n" in page
    assert "OrderDLQNotEmpty ALARM since 2100-01-01 00:00:00Z" in page
    assert "OrderDLQGrowing missing" in page
