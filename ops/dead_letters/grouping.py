"""Groups of failures with the same cause."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ops.dead_letters.failures import Failure

MAX_EXAMPLES = 3


@dataclass(slots=True, kw_only=True)
class Group:
    """Dead letters or failed attempts that have the same class and signature."""

    group_id: str
    kind: str
    signature: str
    first: datetime
    last: datetime
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str, time: datetime) -> None:
        self.count += 1
        self.first, self.last = min(self.first, time), max(self.last, time)
        if len(self.examples) < MAX_EXAMPLES and example not in self.examples:
            self.examples.append(example)


def grouped(members: Iterable[tuple[Failure, str, datetime]]) -> list[Group]:
    """Group failures, largest group first. Each comes with the name of its order or letter, and a time."""
    groups: dict[str, Group] = {}
    for failure, example, time in members:
        group = groups.setdefault(
            failure.group_id,
            Group(group_id=failure.group_id, kind=failure.kind, signature=failure.signature, first=time, last=time),
        )
        group.add(example, time)
    return sorted(groups.values(), key=lambda group: (-group.count, group.signature))
