"""Mutes the alarms of a stack during planned work, with an alarm mute rule of CloudWatch.

A muted alarm still changes its state, but notifies nobody. The rule ends by itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ops.errors import InvalidInput, NothingDone
from ops.history import recorded
from ops.system import System

SHORTEST, LONGEST = timedelta(minutes=2), timedelta(days=15)
"""CloudWatch allows a minute to 15 days (PutAlarmMuteRule). A window begins with the next whole minute."""
MINUTE = timedelta(minutes=1)
MAX_DESCRIPTION = 1024
"""The longest description that CloudWatch accepts (PutAlarmMuteRule)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time in which alarms are muted: whole minutes, in UTC."""

    begin: datetime
    minutes: int

    @classmethod
    def within(cls, now: datetime, asked: timedelta) -> "Window":
        """Return the longest window that begins with the next minute and ends when the asked time is over, or before.

        Raises InvalidInput for a time that CloudWatch cannot mute.
        """
        if not SHORTEST <= asked <= LONGEST:
            raise InvalidInput(f"alarms can be muted for 2 minutes to 15 days, and not for {asked}")
        begin = now.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
        return cls(begin=begin, minutes=(now + asked - begin) // MINUTE)

    @property
    def end(self) -> datetime:
        return self.begin + self.minutes * MINUTE


def rule_name(system: System) -> str:
    """The name of the one rule of a stack: a second mute replaces the first."""
    return f"{system.outputs.dashboard_name}-mute"


def mute(system: System, window: Window, *, reason: str) -> None:
    """Mute every alarm of the stack. Replaces the window of an earlier mute."""
    name = rule_name(system)
    with recorded(system, "mute", reason=reason, rule=name, until=window.end.isoformat()):
        system.clients.cloudwatch.put_alarm_mute_rule(
            Name=name,
            Description=reason[:MAX_DESCRIPTION],
            Rule={
                "Schedule": {
                    "Expression": f"at({window.begin:%Y-%m-%dT%H:%M})",
                    "Duration": f"PT{window.minutes}M",
                    "Timezone": "UTC",
                }
            },
            MuteTargets={"AlarmNames": list(system.outputs.alarm_names)},
            # Whatever the schedule means to CloudWatch, the rule mutes nothing after this.
            ExpireDate=window.end,
        )


def unmute(system: System, *, reason: str) -> None:
    """Delete the rule. Raises NothingDone if there is none."""
    check_muted(system)
    name = rule_name(system)
    with recorded(system, "unmute", reason=reason, rule=name):
        system.clients.cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=name)


def muted_until(system: System) -> datetime | None:
    """Read when the rule ends. None if there is none, or if it has ended."""
    cloudwatch = system.clients.cloudwatch
    try:
        rule = cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName=rule_name(system))
    except cloudwatch.exceptions.ResourceNotFoundException:
        return None
    return None if rule.get("Status") == "EXPIRED" else rule["ExpireDate"]


def check_muted(system: System) -> datetime:
    """Return when the rule ends. Raises NothingDone if there is none."""
    if (until := muted_until(system)) is None:
        raise NothingDone(f"the alarms of {system.stack} are not muted. Nothing was changed")
    return until
