"""Muting the alarms, on a CloudWatch in memory. Neither the emulator nor moto has alarm mute rules."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.outputs import DeployedOutputs
from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.errors import InvalidInput, NothingDone
from ops.mute import LONGEST, Window, mute, muted_until, unmute
from ops.system import System
from tests.support.command import CommandResult, run_orders
from tests.support.fake_history import FakeHistoryLog
from tests.support.valid_request import check_request

ALARMS = ["OrderQueueTooOld", "OrderDLQNotEmpty"]
NOW = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Killed(BaseException):
    """The process is gone."""


class Missing(Exception):
    """There is no such rule."""


class FakeCloudWatch:
    """Rules by name, as the last request made them. `kill` ends the process before or after a write."""

    exceptions = SimpleNamespace(ResourceNotFoundException=Missing)

    def __init__(self) -> None:
        self.rules: dict[str, dict[str, Any]] = {}
        self.kill = ""
        self.log = FakeHistoryLog()

    @property
    def system(self) -> System:
        sts = SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::123456789012:user/ann"})
        clients = cast("Clients", SimpleNamespace(cloudwatch=self, logs=self.log, sts=sts))
        outputs = {"alarmNames": ALARMS, "dashboardName": "OrderFlow", "logGroupName": "log"}
        return System(DeployedOutputs("dev", outputs), clients)

    def put_alarm_mute_rule(self, **request: Any) -> None:
        check_request("cloudwatch", "PutAlarmMuteRule", request)
        self._end("before")
        self.rules[request["Name"]] = {**request, "Status": "SCHEDULED"}
        self._end("after")

    def delete_alarm_mute_rule(self, **request: Any) -> None:
        check_request("cloudwatch", "DeleteAlarmMuteRule", request)
        self._end("before")
        self.rules.pop(request["AlarmMuteRuleName"], None)
        self._end("after")

    def get_alarm_mute_rule(self, **request: Any) -> Any:
        check_request("cloudwatch", "GetAlarmMuteRule", request)
        if (rule := self.rules.get(request["AlarmMuteRuleName"])) is None:
            raise Missing
        return rule

    def _end(self, side: str) -> None:
        if self.kill == side:
            self.kill = ""
            raise Killed

    def steps(self) -> list[tuple[str, str]]:
        return [(record["history"], record["step"]) for record in self.log.records]


@pytest.fixture
def cloudwatch() -> FakeCloudWatch:
    return FakeCloudWatch()


@pytest.mark.parametrize("second", [0, 1, 30, 59])
@pytest.mark.parametrize("asked", [timedelta(minutes=2), timedelta(minutes=2, seconds=59), HOUR, LONGEST])
def test_a_window_begins_within_a_minute_and_never_ends_after_the_asked_time(second: int, asked: timedelta) -> None:
    now = NOW.replace(second=second, microsecond=second)
    window = Window.within(now, asked)
    assert timedelta(0) < window.begin - now <= timedelta(minutes=1)
    assert now + asked - timedelta(minutes=1) < window.end <= now + asked
    assert window.minutes >= 1


def test_a_window_is_in_utc_whatever_the_zone_of_the_clock() -> None:
    zone = datetime.fromisoformat("2026-11-27T13:00:30+01:00")
    assert Window.within(zone, HOUR) == Window.within(NOW, HOUR)


@pytest.mark.parametrize("asked", [timedelta(0), timedelta(seconds=119), LONGEST + timedelta(seconds=1)])
def test_a_time_that_cloudwatch_cannot_mute_is_refused(asked: timedelta) -> None:
    with pytest.raises(InvalidInput) as refused:
        Window.within(NOW, asked)
    assert "2 minutes to 15 days" in str(refused.value)


def test_every_alarm_of_the_stack_is_muted_by_one_rule_that_expires(cloudwatch: FakeCloudWatch) -> None:
    mute(cloudwatch.system, Window.within(NOW, HOUR), reason="a restore" * 200)
    [rule] = cloudwatch.rules.values()
    assert rule["MuteTargets"] == {"AlarmNames": ALARMS}
    assert rule["Rule"]["Schedule"] == {"Expression": "at(2026-11-27T12:01)", "Duration": "PT59M", "Timezone": "UTC"}
    assert rule["ExpireDate"] == datetime(2026, 11, 27, 13, tzinfo=UTC)
    assert muted_until(cloudwatch.system) == rule["ExpireDate"]
    assert cloudwatch.steps() == [("mute", "begun"), ("mute", "ended")]


def test_a_second_mute_replaces_the_first(cloudwatch: FakeCloudWatch) -> None:
    for hours in (5, 1):
        mute(cloudwatch.system, Window.within(NOW, hours * HOUR), reason="")
    assert muted_until(cloudwatch.system) == datetime(2026, 11, 27, 13, tzinfo=UTC)
    assert len(cloudwatch.rules) == 1


def test_a_rule_that_has_expired_mutes_nothing(cloudwatch: FakeCloudWatch) -> None:
    mute(cloudwatch.system, Window.within(NOW, HOUR), reason="")
    cloudwatch.rules["OrderFlow-mute"]["Status"] = "EXPIRED"
    assert muted_until(cloudwatch.system) is None
    with pytest.raises(NothingDone, match="the alarms of dev are not muted"):
        unmute(cloudwatch.system, reason="")


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_command_that_is_killed_beside_its_request_can_be_repeated(cloudwatch: FakeCloudWatch, side: str) -> None:
    system, window = cloudwatch.system, Window.within(NOW, HOUR)
    cloudwatch.kill = side
    with pytest.raises(Killed):
        mute(system, window, reason="")
    assert muted_until(system) == {"before": None, "after": window.end}[side]
    mute(system, window, reason="")
    assert muted_until(system) == window.end
    cloudwatch.kill = side
    with pytest.raises(Killed):
        unmute(system, reason="")
    if side == "before":
        unmute(system, reason="")
    assert muted_until(system) is None


Run = Callable[..., CommandResult]


@pytest.fixture
def orders(cloudwatch: FakeCloudWatch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr("ops.cli.options.local_system", lambda: cloudwatch.system)

    def run(*words: str) -> CommandResult:
        return run_orders(monkeypatch, capsys, *words)

    return run


def lines(ran: CommandResult) -> Sequence[str]:
    return [line.split(" from ")[0] for line in ran.out.splitlines()]


def test_without_confirm_nothing_is_muted(orders: Run, cloudwatch: FakeCloudWatch) -> None:
    ran = orders("mute", "--for", "2h")
    assert (ran.code, lines(ran)) == (
        Exit.DONE,
        ["would mute 2 alarms", "nothing was changed: add --confirm to mute"],
    )
    assert cloudwatch.rules == {}


def test_the_commands_mute_and_unmute(orders: Run, cloudwatch: FakeCloudWatch) -> None:
    assert lines(orders("mute", "--for", "2h", "--confirm")) == ["muted 2 alarms"]
    assert orders("mute", "--for", "1h").out.startswith("muted until ")
    assert orders("unmute").out.endswith("nothing was changed: add --confirm to unmute\n")
    assert len(cloudwatch.rules) == 1
    assert orders("unmute", "--confirm").out.endswith("the alarms notify again\n")
    assert cloudwatch.rules == {}
    ran = orders("unmute", "--confirm")
    assert (ran.code, ran.err) == (Exit.INCOMPLETE, "the alarms of dev are not muted. Nothing was changed\n")


def test_a_time_that_is_too_long_is_a_wrong_use(orders: Run, cloudwatch: FakeCloudWatch) -> None:
    assert orders("mute", "--for", "16d", "--confirm").code == Exit.USAGE
    assert cloudwatch.rules == {}
