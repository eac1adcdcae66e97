"""Which dead letters a command is about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from ops.dead_letters.failures import Failure
from ops.dead_letters.forecast import Effect, with_effect
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.errors import InvalidInput, NothingDone
from ops.order_body import order_in
from ops.system import System
from ops.text import as_text, is_typed_as, printable


class NoSuchLetter(NothingDone):
    """No dead letter matches the selection."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of an order and its value, as text."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Letters by name, or all letters that meet every condition. A name is an order ID or a message ID.

    Each text can be given as it is or as it is shown, with escapes.
    """

    names: Sequence[str] = ()
    everything: bool = False
    """Whether the operator asked for all letters. Recorded in the history."""
    group: str | None = None
    """The ID or the signature of a group."""
    kind: str | None = None
    where: Sequence[FieldValue] = ()
    since: datetime | None = None
    """The letters whose order was first queued then or later, as SQS records it."""
    until: datetime | None = None
    """The letters whose order was first queued before then."""
    mended: bool = False
    """The letters that `edit` changed and that have not failed since."""
    would: Sequence[Effect] = ()
    """The letters for which a redrive would have one of these effects now."""
    limit: int | None = None
    """The most letters. The oldest come first."""

    def leases(self, system: System, look: Look, failures: Mapping[str, Failure]) -> list[Lease]:
        """The selected letters, oldest first. Raises NoSuchLetter if there are none, or if a name is unknown."""
        named = _names(look, self.names)
        if missing := [name for name in self.names if not named[name]]:
            raise _no_dead_letter(*missing)
        wanted = {lease.message_id for found in named.values() for lease in found}
        selected = [
            lease
            for lease in look.leases
            if (lease.message_id in wanted if named else self._includes(lease, failures[lease.message_id], look))
        ]
        wished = with_effect(system, look.letter, selected, self.would) if self.would else selected
        if found := list(islice(wished, self.limit)):
            return found
        raise NoSuchLetter("no dead letter matches")

    def as_json(self) -> str:
        """Format the selection for the history."""
        given = {
            "names": self.names,
            "all": self.everything,
            "group": self.group,
            "class": self.kind,
            "where": [str(condition) for condition in self.where],
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "mended": self.mended,
            "would": self.would,
            "limit": self.limit,
        }
        return json.dumps({name: value for name, value in given.items() if value})

    def _includes(self, lease: Lease, failure: Failure, look: Look) -> bool:
        return (
            (self.group is None or failure.group_id == self.group or is_typed_as(failure.signature, self.group))
            and self.kind in {None, failure.kind}
            and not (self.mended and (not lease.is_edited or failure.is_after_edit(lease)))
            and (self.since is None or self.since <= lease.first_seen)
            and (self.until is None or lease.first_seen < self.until)
            and (not self.where or self._matches_fields(look.letter(lease).body))
        )

    def _matches_fields(self, body: str) -> bool:
        order = order_in(body)
        return order is not None and all(
            any(
                is_typed_as(as_text(value), condition.value)
                for field, value in order.items()
                if is_typed_as(field, condition.field)
            )
            for condition in self.where
        )


def leases_named(look: Look, name: str) -> list[Lease]:
    """The letters with this order ID or message ID, oldest first. Raises NoSuchLetter if there are none."""
    if found := _names(look, [name])[name]:
        return found
    raise _no_dead_letter(name)


def lease_named(look: Look, name: str) -> Lease:
    """The only letter with this order ID or message ID. Raises InvalidInput if there are several."""
    found = leases_named(look, name)
    if len(found) > 1:
        raise InvalidInput(
            f"{len(found)} dead letters contain {printable(name)}: give a message ID, {_message_ids(found)}"
        )
    return found[0]


def _names(look: Look, names: Sequence[str]) -> Mapping[str, list[Lease]]:
    """The letters that each name means, oldest first.

    A message ID comes before an order ID, because a publisher can choose the former as the latter. An order ID comes
    before one that is only shown so.
    """
    leases = look.leases if names else ()
    by_order: dict[str, list[Lease]] = {}
    for lease in leases:
        for order_id in lease.every_order_id:
            by_order.setdefault(order_id, []).append(lease)
    by_message = {lease.message_id: [lease] for lease in leases}
    return {name: by_message.get(name) or by_order.get(name) or _shown_as(name, leases) for name in names}


def _shown_as(name: str, leases: Sequence[Lease]) -> list[Lease]:
    """The letters whose order ID is shown so. Raises InvalidInput if several order IDs are."""
    shown = {
        lease.message_id: [order_id for order_id in lease.every_order_id if is_typed_as(order_id, name)]
        for lease in leases
    }
    found = [lease for lease in leases if shown[lease.message_id]]
    if len({order_id for order_ids in shown.values() for order_id in order_ids}) > 1 and len(found) > 1:
        raise InvalidInput(f"several order IDs are shown as {name}: give a message ID, {_message_ids(found)}")
    return found


def _message_ids(leases: Sequence[Lease]) -> str:
    return ", ".join(lease.message_id for lease in leases)


def _no_dead_letter(*names: str) -> NoSuchLetter:
    return NoSuchLetter(f"there is no dead letter {', '.join(map(printable, names))}")
