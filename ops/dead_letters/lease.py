"""Leases: temporary holds on dead letters, which hide them from others."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# `time.monotonic` stands still while the machine is suspended. On Linux, CLOCK_BOOTTIME does not; on macOS,
# CLOCK_MONOTONIC does not.
_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def elapsed_seconds() -> float:
    """Seconds since some time in the past, including those for which the machine was suspended."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A temporary hold on one dead letter, and the few facts about it that stay in memory."""

    message_id: str
    logged_as: Sequence[str]
    """The message IDs under which the log can contain failures of the letter, its own first."""
    order_id: str | None
    """The order ID in the letter, or None if there is none, or more than one."""
    order_ids: Sequence[str] = ()
    """The order IDs of a letter that contains more than one."""
    is_edited: bool = False
    """Whether `edit` put the letter back."""
    first_seen: datetime
    receipt: str
    """The receipt handle of the latest receive. SQS accepts no other one."""
    position: int
    """The byte at which the letter begins in the spool."""

    @property
    def name(self) -> str:
        """The order ID, or the message ID if the letter contains no order ID, or more than one."""
        return self.order_id or self.message_id

    @property
    def every_order_id(self) -> Sequence[str]:
        """Every order ID by which the letter is found."""
        return self.order_ids or ((self.order_id,) if self.order_id else ())


def without(leases: Iterable[Lease], others: Iterable[Lease]) -> list[Lease]:
    """Those leases that are not among the others, by message ID."""
    names = {lease.message_id for lease in others}
    return [lease for lease in leases if lease.message_id not in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibilityChange:
    """The answer of SQS to one request that changes visibility timeouts."""

    changed: Sequence[Lease]
    lost: Sequence[Lease]
    """SQS does not accept their receipt handles any more: the letter is visible or deleted, or somebody else has it."""


def set_visibility_timeout(sqs: "SQSClient", queue_url: str, leases: Sequence[Lease], seconds: int) -> VisibilityChange:
    """Let leases end after a number of seconds, with one request. 0 releases them at once.

    A lease that is neither changed nor lost is unchanged: SQS failed, and another try may succeed.
    """
    entries: Any = [
        {"Id": str(position), "ReceiptHandle": lease.receipt, "VisibilityTimeout": seconds}
        for position, lease in enumerate(leases)
    ]
    answer = sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
    return VisibilityChange(
        changed=_of_entries(leases, answer.get("Successful", [])),
        lost=_of_entries(leases, [entry for entry in answer.get("Failed", []) if entry.get("SenderFault", True)]),
    )


def _of_entries(leases: Sequence[Lease], entries: Collection[Any]) -> list[Lease]:
    return [leases[int(entry["Id"])] for entry in entries]
