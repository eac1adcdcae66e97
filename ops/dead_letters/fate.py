"""What would become of a letter that is sent again, and what became of one that was."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from handler.chunks import chunked
from handler.order import InvalidOrder, Order, parse_order
from handler.outcome import Kind, Outcome, invalid
from handler.store import outcome_beside
from ops.dead_letters.failures import read_failures
from ops.dead_letters.look import Look, Seen
from ops.system import System
from ops.table import MAX_KEYS, get_items

IN_TABLE = frozenset({Kind.DUPLICATE, Kind.STALE})
"""What an order is once the table holds its version or a later one."""
FORECASTS = {
    Kind.STORED: "store a new order",
    Kind.UPDATED: "update an order",
    Kind.DUPLICATE: "nothing: a duplicate",
    Kind.STALE: "nothing: stale",
    Kind.CONFLICT: "fail again: conflict",
    Kind.INVALID: "fail again: invalid",
}
"""What sending a letter again would do, in words."""


def outcomes(system: System, look: Look, letters: Iterable[Seen]) -> Iterator[tuple[Seen, Outcome]]:
    """What each letter would come to this moment, decided by the handler's own code beside what the table holds."""
    for chunk in chunked(list(letters), MAX_KEYS):
        parsed = [(seen, _parsed(look.whole(seen).body)) for seen in chunk]
        ids = {order.order_id for _, order in parsed if isinstance(order, Order)}
        items = get_items(system.dynamodb, system.output("tableName"), ids)
        for seen, order in parsed:
            yield seen, outcome_beside(order, items.get(order.order_id)) if isinstance(order, Order) else order


def forecast(system: System, look: Look, letters: Iterable[Seen]) -> Mapping[Kind, int]:
    """How many letters would come to what."""
    return Counter(outcome.kind for _, outcome in outcomes(system, look, letters))


def _parsed(body: str) -> Order | Outcome:
    try:
        return parse_order(body)
    except InvalidOrder as flaw:
        return invalid(flaw.reason, flaw.signature)


class Followed:
    """Letters that were sent again, by the message id of their copies, until it is known what became of them."""

    def __init__(self, system: System, look: Look, since: datetime) -> None:
        self._system = system
        self._look = look
        self._since = since
        self.pending: dict[str, Seen] = {}
        self.stored: dict[str, Seen] = {}
        self.failed: dict[str, tuple[Seen, str]] = {}
        """With the reason."""
        self.back: set[str] = set()
        """Those of the failed that were seen among the dead letters."""

    def add(self, copies: Mapping[str, Seen]) -> None:
        self.pending |= copies

    @property
    def failed_share(self) -> float:
        """Of all that were sent."""
        sent = len(self.pending) + len(self.stored) + len(self.failed)
        return len(self.failed) / sent if sent else 0.0

    def look(self) -> None:
        """Ask the log which failed for good, and the table which are there."""
        group = self._system.output("logGroupName")
        for failure in read_failures(self._system.logs, group, self._since) if self.pending else ():
            if failure.is_final:
                self._fail(failure.message_id, failure.reason)
        copies = {seen.message_id: copy for copy, seen in self.pending.items()}
        for seen, outcome in outcomes(self._system, self._look, list(self.pending.values())):
            if outcome.kind in IN_TABLE:
                copy = copies[seen.message_id]
                self.stored[copy] = self.pending.pop(copy)

    def look_into(self, dead_letters: Sequence[Seen]) -> None:
        """What is back among the dead letters failed, whether an attempt got to an end or not."""
        for seen in dead_letters:
            self._fail(seen.message_id, "back without a record: throttled, timed out or crashed")
        self.back |= self.failed.keys() & {seen.message_id for seen in dead_letters}

    def _fail(self, copy: str, reason: str) -> None:
        if copy in self.pending:
            self.failed[copy] = self.pending.pop(copy), reason
