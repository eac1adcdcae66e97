"""The record of a drill on disk: what to check at its end. It does not say what was broken."""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from infra.project import ROOT
from ops.errors import NothingDone

RECORD = ROOT / ".local/drill.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A drill on a system."""

    system_id: str
    """What distinguishes this system from one that was started before or after it."""
    seed: int
    orders: Sequence[str]
    """The message bodies of all valid orders that the drill publishes. Each must be stored in the end."""
    is_complete: bool
    """Whether the fault is there and all orders were published. False if the command was killed before."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Raises NothingDone while another command works on a drill. The lock ends with the process that has it."""
    RECORD.parent.mkdir(exist_ok=True)
    with RECORD.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NothingDone("another `orders drill` is at work") from None
        yield


def read_drill(system_id: str) -> Drill | None:
    """Read the record of the drill on this system. A damaged record, or one of another system, is none."""
    try:
        drill = _parse(json.loads(RECORD.read_bytes()))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    return drill if drill.system_id == system_id else None


def save_drill(drill: Drill) -> None:
    # Written to another file and renamed, so that no reader sees half a record.
    fresh = RECORD.with_suffix(".fresh")
    fresh.write_text(json.dumps(asdict(drill)))
    fresh.replace(RECORD)


def delete_record() -> None:
    RECORD.unlink(missing_ok=True)


def _parse(record: object) -> Drill:
    """Check a record. Raises ValueError if it is not one."""
    match record:
        case {
            "system_id": str(system_id),
            "seed": int(seed),
            "orders": [*orders],
            "is_complete": bool(is_complete),
        } if all(isinstance(order, str) for order in orders):
            return Drill(system_id=system_id, seed=seed, orders=orders, is_complete=is_complete)
    raise ValueError("not a record of a drill")
