"""The leases of a look by message ID, and the letters that they are about."""

import math
from collections.abc import Iterable, Sequence
from threading import Lock

from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import Letter
from ops.dead_letters.spool import Spool


class LeaseIndex:
    """Contains each letter once, however often SQS delivers it. Several threads may use it.

    Leases stay in memory. The letters are in a spool.
    """

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}
        self._ends: dict[str, float] = {}
        self._spool = Spool()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._leases)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._leases

    def add(self, letter: Letter, receipt: str, *, ends_at: float = math.inf) -> bool:
        """Add a letter and return whether it is new. Of a known letter, keep the latest receipt handle.

        `ends_at` is when the lease ends, in seconds of the keeper's clock.
        """
        order_ids = letter.order_ids
        is_clear = len(order_ids) == 1
        with self._lock:
            known = self._leases.get(letter.message_id)
            self._leases[letter.message_id] = Lease(
                message_id=letter.message_id,
                logged_as=letter.logged_as,
                order_id=order_ids[0] if is_clear else None,
                order_ids=() if is_clear else order_ids,
                is_edited=letter.is_edited,
                first_seen=letter.first_seen,
                receipt=receipt,
                position=known.position if known else self._spool.append(letter),
            )
            self._ends[letter.message_id] = ends_at
        return known is None

    def extend(self, leases: Iterable[Lease], ends_at: float) -> None:
        """Change when leases end."""
        with self._lock:
            self._ends |= {lease.message_id: ends_at for lease in leases if self._is_latest(lease)}

    def remove(self, leases: Iterable[Lease]) -> None:
        with self._lock:
            self._remove(leases)

    def remove_lost(self, leases: Iterable[Lease]) -> None:
        """Remove leases, except those of letters that were received again since."""
        with self._lock:
            self._remove([lease for lease in leases if self._is_latest(lease)])

    def ending_before(self, time: float, among: Iterable[Lease] | None = None) -> list[Lease]:
        """The leases that end before a time, in no particular order. Of `among`, those that are still in the index."""
        with self._lock:
            names = self._ends if among is None else (lease.message_id for lease in among)
            return [self._leases[name] for name in names if self._ends.get(name, time) < time]

    def lasting(self, leases: Iterable[Lease], time: float) -> list[Lease]:
        """Those of these leases that end after a time."""
        with self._lock:
            return [lease for lease in leases if self._ends.get(lease.message_id, time) > time]

    def earliest_end(self, *, default: float) -> float:
        with self._lock:
            return min(self._ends.values(), default=default)

    def leases(self) -> Sequence[Lease]:
        """All leases, in no particular order."""
        with self._lock:
            return list(self._leases.values())

    def letter(self, lease: Lease) -> Letter:
        """Read the whole letter of a lease."""
        return self._spool.read(lease.position)

    def close(self) -> None:
        self._spool.close()

    def _is_latest(self, lease: Lease) -> bool:
        known = self._leases.get(lease.message_id)
        return known is not None and known.receipt == lease.receipt

    def _remove(self, leases: Iterable[Lease]) -> None:
        for lease in leases:
            self._leases.pop(lease.message_id, None)
            self._ends.pop(lease.message_id, None)
