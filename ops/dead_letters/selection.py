"""Which dead letters a command is about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.dead_letters.body import inner
from ops.dead_letters.failures import KINDS, Failure
from ops.dead_letters.look import Look, Seen
from ops.errors import Exit, UserError
from ops.terminal import as_json_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for: letters by name, that is order or message id, or all, narrowed by what they have in common.

    Raises UserError where nothing was asked for, or names and everything at once.
    """

    names: Sequence[str] | None = None
    everything: bool = False
    group: str | None = None
    kind: str | None = None
    where: Sequence[str] | None = None
    """`field=value` of the order, several of which all have to hold."""

    def __post_init__(self) -> None:
        narrowed = self.group or self.kind or self.where
        if self.names and (self.everything or narrowed):
            raise UserError("name letters, or choose them with options: not both", Exit.USAGE)
        if not (self.names or self.everything or narrowed):
            raise UserError(
                "name letters by order or message id, choose them with --group, --class or --where, or take --all",
                Exit.USAGE,
            )
        if self.kind not in {None, *KINDS}:
            raise UserError(f"--class is one of {', '.join(KINDS)}, not {self.kind}", Exit.USAGE)
        for condition in self.where or ():
            if "=" not in condition:
                raise UserError(f"--where takes FIELD=VALUE, not {condition}", Exit.USAGE)

    def of(self, look: Look, reasons: Mapping[str, Failure]) -> list[Seen]:
        """The letters that it is about, oldest first. Raises UserError where there is none, or a name is unknown."""
        chosen = [seen for seen in look.seen if self._takes(seen, reasons[seen.message_id], look)]
        found = {name for seen in chosen for name in (seen.message_id, seen.order_id)}
        if missing := [name for name in self.names or () if name not in found]:
            raise UserError(f"no dead letter is {', '.join(missing)}; `orders dlq list` shows all", Exit.NOT_ALL)
        if not chosen:
            raise UserError("no dead letter is like that; `orders dlq list` shows all", Exit.NOT_ALL)
        return chosen

    def _takes(self, seen: Seen, failure: Failure, look: Look) -> bool:
        if self.names:
            return seen.message_id in self.names or (seen.order_id or "") in self.names
        return (
            self.group in {None, failure.group_id, failure.signature}
            and self.kind in {None, failure.kind}
            and (not self.where or self._has_fields(look.whole(seen).body))
        )

    def _has_fields(self, body: str) -> bool:
        order = inner(body)
        if order is None:
            return False
        wanted = (condition.partition("=") for condition in self.where or ())
        return all(name in order and value == _written(order[name]) for name, _, value in wanted)

    def as_json(self) -> str:
        """What was asked for, for the history."""
        given = {
            "names": self.names,
            "all": self.everything,
            "group": self.group,
            "class": self.kind,
            "where": self.where,
        }
        return json.dumps({name: value for name, value in given.items() if value})


def _written(value: object) -> str:
    return value if isinstance(value, str) else as_json_text(value)
