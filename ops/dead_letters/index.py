"""The leases of a look by message ID, and the letters that they are about."""

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
        self._spool = Spool()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._leases)

    def add(self, letter: Letter, receipt: str) -> bool:
        """Add a letter and return whether it is new. Of a known letter, keep the latest receipt handle."""
        order_id = letter.order_id
        with self._lock:
            known = self._leases.get(letter.message_id)
            self._leases[letter.message_id] = Lease(
                message_id=letter.message_id,
                logged_as=letter.logged_as,
                order_id=order_id,
                first_seen=letter.first_seen,
                receipt=receipt,
                position=known.position if known else self._spool.append(letter),
            )
        return known is None

    def remove(self, leases: Iterable[Lease]) -> None:
        with self._lock:
            for lease in leases:
                self._leases.pop(lease.message_id, None)

    def leases(self) -> Sequence[Lease]:
        """All leases, in no particular order."""
        with self._lock:
            return list(self._leases.values())

    def letter(self, lease: Lease) -> Letter:
        """Read the whole letter of a lease."""
        return self._spool.read(lease.position)

    def close(self) -> None:
        self._spool.close()
