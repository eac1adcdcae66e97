"""Plans a redrive: a new one, or the rest of one that was stopped before its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.dead_letters.journal import new_run
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.dead_letters.run_state import RunState
from ops.errors import NothingDone
from ops.text import counted

DEFAULT_RATE = 10.0
"""Letters per second: so slow that few are sent before it is known that they fail again."""
DEFAULT_STOP_AT = 0.2

UnfinishedRuns = Sequence[tuple[Path, RunState]]
"""The journals of stopped runs and their states, oldest first, as `unfinished_runs` finds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast to send, and when to stop."""

    rate: float = DEFAULT_RATE
    """The maximum number of letters per second."""
    stop_at: float = DEFAULT_STOP_AT
    """The run stops when more than this share of the sent letters failed again, from 0 to 1."""
    wait: bool = False
    """Whether to follow each letter until it is stored or back in OrderDLQ."""

    @classmethod
    def of_run(cls, begun: Mapping[str, Any]) -> "Pace":
        """The pace that a journal records. An edit records none, because it only has to delete a letter."""
        return cls(
            rate=begun.get("rate", DEFAULT_RATE),
            stop_at=begun.get("stopAt", DEFAULT_STOP_AT),
            wait=begun.get("wait", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceChanges:
    """The values of a pace that the operator set. None or False means that the value does not change."""

    rate: float | None = None
    stop_at: float | None = None
    wait: bool = False

    def applied_to(self, pace: Pace) -> Pace:
        return Pace(
            rate=self.rate or pace.rate,
            stop_at=pace.stop_at if self.stop_at is None else self.stop_at,
            wait=self.wait or pace.wait,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrivePlan:
    """The letters of a run, how fast to send them, and what stopped runs did already."""

    journal: Path
    leases: Sequence[Lease]
    pace: Pace
    reason: str
    """Why the operator redrives, for the history."""
    chosen: str
    """The operator's selection, for the history."""
    already_sent: frozenset[str]
    """Message IDs of letters that stopped runs sent. They are only deleted."""
    is_resumed: bool = False
    already_deleted: Sequence[str] = ()
    """Message IDs of letters that the resumed run deleted but did not record as deleted."""
    in_doubt: int = 0
    """The number of letters that the resumed run may have sent. They are sent again."""
    not_followed: int = 0
    """The number of letters that the resumed run sent. Nobody follows them."""


def plan_redrive(
    queue_url: str, leases: Sequence[Lease], unfinished: UnfinishedRuns, *, pace: Pace, reason: str, chosen: str
) -> RedrivePlan:
    """Plan to redrive these letters. Letters that stopped runs have sent are not sent again."""
    return RedrivePlan(
        journal=new_run(queue_url),
        leases=leases,
        pace=pace,
        reason=reason,
        chosen=chosen,
        already_sent=already_sent(unfinished),
    )


def resume_redrive(look: Look, unfinished: UnfinishedRuns, changes: PaceChanges) -> RedrivePlan:
    """Plan the rest of the oldest stopped run, at its own pace with some changes.

    Raises NothingDone if there is no such run, or if its letters are not visible yet.
    """
    if not unfinished:
        raise NothingDone("no run on this machine was stopped before its end: there is nothing to resume")
    path, state = unfinished[0]
    remaining = state.remaining
    leases = [lease for lease in look.leases if lease.message_id in remaining]
    missing = remaining - {lease.message_id for lease in leases}
    if missing and look.count_others():
        raise NothingDone(
            f"{counted(len(missing), 'letter')} of that run not visible yet: SQS makes them visible within "
            f"{look.timing.lease_seconds} s after the run ended; try again then"
        )
    return RedrivePlan(
        journal=path,
        leases=leases,
        pace=changes.applied_to(Pace.of_run(state.begun)),
        reason=state.begun.get("why", ""),
        chosen=state.begun.get("chosen", ""),
        already_sent=already_sent(unfinished),
        is_resumed=True,
        already_deleted=[message_id for message_id in state.sent if message_id in missing],
        in_doubt=sum(lease.message_id in state.sending for lease in leases),
        not_followed=0 if state.is_edit else len(state.sent),
    )


def already_sent(unfinished: UnfinishedRuns) -> frozenset[str]:
    """The message IDs of the letters that stopped runs sent."""
    return frozenset(message_id for _, state in unfinished for message_id in state.sent)
