"""The order in which an update changes resources."""

from dataclasses import dataclass, field

from pulumi import automation


@dataclass(frozen=True)
class Timeline:
    """When the engine began and ended each change: a later moment has a larger number."""

    moments: list[tuple[str, str, str, str]] = field(default_factory=list)
    """For each moment: begin or end, the operation, the type without its module, and the logical name."""

    def begin(self, operation: str, kind: str, name: str) -> int:
        return self.moments.index(("begin", operation, kind, name))

    def end(self, operation: str, kind: str, name: str) -> int:
        return self.moments.index(("end", operation, kind, name))

    def changed(self, kind: str) -> set[tuple[str, str]]:
        """Return the operations on a type, with the names of the resources."""
        return {(operation, name) for when, operation, found, name in self.moments if (when, found) == ("begin", kind)}

    def note(self, event: automation.EngineEvent) -> None:
        for when, noted in (("begin", event.resource_pre_event), ("end", event.res_outputs_event)):
            if noted and noted.metadata.op is not automation.OpType.SAME:
                kind, name = noted.metadata.type.rpartition(":")[2], noted.metadata.urn.rpartition("::")[2]
                self.moments.append((when, noted.metadata.op.value, kind, name))


def update(stack: automation.Stack) -> Timeline:
    """Deploy the stack, and return what happened when."""
    timeline = Timeline()
    stack.up(on_event=timeline.note)
    return timeline
