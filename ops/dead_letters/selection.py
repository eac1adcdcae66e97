"""Which dead letters a command is about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.dead_letters.body import order_in
from ops.dead_letters.failures import Failure
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.errors import InvalidInput, NothingDone
from ops.text import as_json_text


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of an order and its value, as text."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Letters by name, or all letters that meet every condition. A name is an order ID or a message ID."""

    names: Sequence[str] = ()
    everything: bool = False
    """Whether the operator asked for all letters. Recorded in the history."""
    group: str | None = None
    """The ID or the signature of a group."""
    kind: str | None = None
    where: Sequence[FieldValue] = ()

    def leases(self, look: Look, failures: Mapping[str, Failure]) -> list[Lease]:
        """The selected letters, oldest first. Raises NothingDone if there are none, or if a name is unknown."""
        selected = [lease for lease in look.leases if self._includes(lease, failures[lease.message_id], look)]
        found = {name for lease in selected for name in (lease.message_id, lease.order_id)}
        if missing := [name for name in self.names if name not in found]:
            raise _no_dead_letter(", ".join(missing))
        if not selected:
            raise NothingDone("no dead letter matches; `orders dlq list` shows all")
        return selected

    def as_json(self) -> str:
        """Format the selection for the history."""
        given = {
            "names": self.names,
            "all": self.everything,
            "group": self.group,
            "class": self.kind,
            "where": [str(condition) for condition in self.where],
        }
        return json.dumps({name: value for name, value in given.items() if value})

    def _includes(self, lease: Lease, failure: Failure, look: Look) -> bool:
        if self.names:
            return lease.message_id in self.names or (lease.order_id or "") in self.names
        return (
            self.group in {None, failure.group_id, failure.signature}
            and self.kind in {None, failure.kind}
            and (not self.where or self._matches_fields(look.letter(lease).body))
        )

    def _matches_fields(self, body: str) -> bool:
        order = order_in(body)
        return order is not None and all(
            condition.field in order and condition.value == _as_text(order[condition.field]) for condition in self.where
        )


def leases_named(look: Look, name: str) -> list[Lease]:
    """The letters with this order ID or message ID, oldest first. Raises NothingDone if there are none."""
    if found := [lease for lease in look.leases if name in {lease.message_id, lease.order_id}]:
        return found
    raise _no_dead_letter(name)


def lease_named(look: Look, name: str) -> Lease:
    """The only letter with this order ID or message ID. Raises InvalidInput if there are several."""
    found = leases_named(look, name)
    if len(found) > 1:
        ids = ", ".join(lease.message_id for lease in found)
        raise InvalidInput(f"{len(found)} dead letters contain {name}: give a message ID, {ids}")
    return found[0]


def _no_dead_letter(name: str) -> NothingDone:
    return NothingDone(f"there is no dead letter {name}; `orders dlq list` shows all")


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else as_json_text(value)
