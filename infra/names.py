"""The names of a system's resources: the logical names, and the limits of AWS on the physical names that Pulumi makes.

Pulumi makes a physical name from the logical name, by the configuration `pulumi:autonaming` of the stack. A name that
AWS does not accept would fail in the middle of an update. So `name_violations` computes all names before that.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from infra.autonaming import Autonaming
from infra.project import defaults
from infra.resource_types import ALARM, FUNCTION, LOG_GROUP, QUEUE, ROLE, ROLE_POLICY, TABLE, TOPIC
from infra.rules import Violation, reset

LOG_GROUP_PREFIX = "/aws/lambda/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The names that AWS accepts for a type of resource."""

    noun: str
    longest: int
    characters: str = r"[A-Za-z0-9_-]"
    """A regular expression for one character."""
    shortest: int = 1


# The API Reference of each service: CreateQueue, CreateTopic, CreateTable, CreateFunction, CreateLogGroup, CreateRole,
# PutRolePolicy and PutMetricAlarm. The name of the dashboard follows from that of the alert topic, and is shorter.
LIMITS: Mapping[str, Limit] = {
    QUEUE: Limit(noun="queue", longest=80),
    TOPIC: Limit(noun="topic", longest=256),
    TABLE: Limit(noun="table", longest=255, characters=r"[A-Za-z0-9_.-]", shortest=3),
    FUNCTION: Limit(noun="function", longest=64),
    LOG_GROUP: Limit(noun="log group", longest=512, characters=r"[A-Za-z0-9_./#-]"),
    ROLE: Limit(noun="role", longest=64, characters=r"[A-Za-z0-9_+=,.@-]"),
    ROLE_POLICY: Limit(noun="role policy", longest=128, characters=r"[A-Za-z0-9_+=,.@-]"),
    ALARM: Limit(noun="alarm", longest=255, characters=r"[^\x00-\x1f\x7f]"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNames:
    """The logical names of a system. All of them begin with the name of the system, except that of the table."""

    system: str
    table: str

    @property
    def processor(self) -> str:
        return f"{self.system}Processor"

    @property
    def log_groups(self) -> tuple[str, str]:
        return f"{LOG_GROUP_PREFIX}{self.processor}", f"{LOG_GROUP_PREFIX}{self.system}Notifier"

    def named_by_pulumi(self) -> Iterator[tuple[str, str]]:
        """Yield type and logical name of each resource that gets its physical name from Pulumi."""
        yield TABLE, self.table
        for log_group in self.log_groups:
            yield LOG_GROUP, log_group
        for type_token, endings in _ENDINGS.items():
            for ending in endings:
                yield type_token, f"{self.system}{ending}"


_ENDINGS: Mapping[str, tuple[str, ...]] = {
    TOPIC: ("Topic", "Events", "Alerts"),
    QUEUE: ("Queue", "DLQ", "Undelivered", "EventsDLQ"),
    FUNCTION: ("Processor", "Notifier"),
    ROLE: ("Processor", "Notifier"),
    ROLE_POLICY: (
        *(f"Processor{sid}" for sid in ("MayLog", "MayReceive", "MayRetryAtOnce", "MayTrace", "MayWriteOrders")),
        *(f"Notifier{sid}" for sid in ("MayGiveUp", "MayLog", "MayReadChanges", "MayTell", "MayTrace")),
    ),
    ALARM: (
        *("TopicFailures", "TopicLosses", "UndeliveredNotEmpty", "QueueTooOld", "DLQNotEmpty", "DLQGrowing"),
        *("ProcessorErrors", "ProcessorThrottles", "ProcessorSlow"),
        *("TableThrottled", "TableInsertErrors", "TablePutErrors"),
        *("EventsTooOld", "NotifierErrors", "EventsDLQNotEmpty"),
    ),
}
"""What follows the name of the system, by type. A test compares this with what the components create."""


def system_names(system: str, table: str | None = None) -> SystemNames:
    """Return the names of a system.

    The default system, `Order`, has the default table, `Orders`, which the requirements name. Without a name for its
    table, any other system has a regular one.
    """
    default = defaults()
    regular = default["tableName"] if system == default["systemName"] else f"{system}Table"
    return SystemNames(system=system, table=table or regular)


def name_violations(
    names: SystemNames, autonaming: Autonaming, *, with_key: bool, remedy: tuple[str, ...] = ()
) -> list[Violation]:
    """Return a violation for each physical name that AWS or a part of the system would not accept.

    `with_key` says whether the system has a key of its own. `remedy` gives the system other names.
    """
    found = []
    for type_token, name in names.named_by_pulumi():
        made = autonaming.physical_name(type_token, name)
        if rule := _broken(type_token, name, made, autonaming, with_key=with_key):
            by_default = replace(autonaming, configuration={})
            default = by_default.physical_name(type_token, name)
            # If the default breaks a rule as well, the reason is the logical name.
            is_logical_name = _broken(type_token, name, default, by_default, with_key=with_key)
            found.append(
                Violation(
                    key=f"the name of the {LIMITS[type_token].noun} {name}",
                    value="not set" if made is None else f"{made} ({len(made)} characters)",
                    rule=rule,
                    why=f"Pulumi makes it from the logical name by {autonaming.source(type_token)}.",
                    remedy=remedy if is_logical_name else reset("pulumi:autonaming"),
                )
            )
    return found


def _broken(type_token: str, name: str, made: str | None, autonaming: Autonaming, *, with_key: bool) -> str | None:
    """Return the rule that a physical name breaks, in words for the user."""
    limit = LIMITS[type_token]
    if made is None:
        return "must be, because the program leaves all names to Pulumi"
    if not limit.shortest <= len(made) <= limit.longest:
        return f"must have {limit.shortest} to {limit.longest} characters"
    if refused := sorted({character for character in made if not re.fullmatch(limit.characters, character)}):
        return f"must not contain {' '.join(refused)}"
    if not autonaming.is_unique(type_token):
        return "must contain ${name} or random characters, so that no two resources share it"
    if with_key and type_token == LOG_GROUP and not made.startswith(name):
        # The log group needs the key before it exists. So the key's policy cannot contain the whole name.
        return f"must begin with {name}, because the key is for log groups with this beginning"
    return None
