"""The options that several dead-letter commands share, and how their values are parsed."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.cli.options import command_on, complete_field, find_system, parse_since
from ops.dead_letters.failures import FailureClass
from ops.dead_letters.forecast import Effect
from ops.dead_letters.selection import FieldValue, Selection
from ops.errors import InvalidInput
from ops.system import LetterQueue, System

RESUME = "redrive --resume"
"""The command that continues a stopped run, for hints."""


def parse_field_value(text: str) -> FieldValue:
    """Parse `FIELD=VALUE`. Raises typer.BadParameter for anything else."""
    field, given, value = text.partition("=")
    if not (field and given):
        raise typer.BadParameter(f"give FIELD=VALUE, not {text}")
    return FieldValue(field, value)


def complete_field_value(incomplete: str) -> list[str]:
    """Return the beginnings of `FIELD=VALUE` that start with the given text, for shell completion."""
    return [f"{name}=" for name in complete_field(incomplete)]


def find_letters(stack: str | None, queue: LetterQueue) -> System:
    """Find the system that --stack names, with the queue that --queue names."""
    return replace(find_system(stack), letter_queue=queue)


def command_on_letters(system: System, command: str) -> str:
    """The dead-letter command that works on this queue of this system, for a hint that the user copies."""
    option = "" if system.letter_queue is LetterQueue.DEAD_LETTERS else f" --queue {system.letter_queue}"
    return command_on(system, f"dlq {command}{option}")


Name = Annotated[str, typer.Argument(help="An order ID or a message ID.", metavar="ORDER|MESSAGE")]
File = Annotated[Path, typer.Argument(help="An archive: each line contains a letter and its checksum as JSON.")]
Queue = Annotated[
    LetterQueue,
    typer.Option(
        "--queue",
        help="The queue of the letters: OrderDLQ, or OrderUndelivered with the orders that SNS could not deliver.",
    ),
]
Reason = Annotated[str, typer.Option(help="The reason for the change. The history records it.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="Make the change. Without this option, nothing changes.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOptions:
    """The options that select dead letters by their age."""

    since: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_since,
            metavar="TIME",
            help="Select the letters first seen then or later: 90s, 15m, 2h or 7d ago, or an ISO 8601 time.",
        ),
    ] = None
    until: Annotated[
        datetime | None,
        typer.Option(parser=parse_since, metavar="TIME", help="Select the letters first seen before then."),
    ] = None
    limit: Annotated[
        int | None, typer.Option(min=1, help="Maximum number of letters, oldest first. Default: no maximum.")
    ] = None

    def selection(self) -> Selection:
        """The letters of the window. Raises InvalidInput if it ends before it begins."""
        if self.since and self.until and self.until <= self.since:
            raise InvalidInput("--until is not after --since, so no letter can be selected")
        return Selection(everything=True, since=self.since, until=self.until, limit=self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions(WindowOptions):
    """The options that select dead letters."""

    names: Annotated[
        list[str] | None, typer.Argument(help="Order IDs or message IDs.", metavar="[ORDER|MESSAGE]...")
    ] = None
    everything: Annotated[bool, typer.Option("--all", help="Select every dead letter.")] = False
    group: Annotated[str | None, typer.Option(help="Select the letters of a group, by its ID or its signature.")] = None
    kind: Annotated[FailureClass | None, typer.Option("--class", help="Select the letters of a class.")] = None
    where: Annotated[
        list[FieldValue] | None,
        typer.Option(
            parser=parse_field_value,
            autocompletion=complete_field_value,
            metavar="FIELD=VALUE",
            help="Select the letters whose order has this value. Can be repeated.",
        ),
    ] = None
    mended: Annotated[
        bool, typer.Option("--mended", help="Select the letters that edit changed and that have not failed since.")
    ] = False
    would: Annotated[
        list[Effect] | None,
        typer.Option(
            help="Select the letters for which a redrive would now store a new order, update one, change nothing or "
            "fail again. Can be repeated."
        ),
    ] = None

    @property
    def only_name(self) -> str | None:
        """The order ID or message ID if nothing else selects letters."""
        is_only = self.names and len(self.names) == 1 and not (self.everything or self.limit or self._has_conditions)
        return self.names[0] if self.names and is_only else None

    @property
    def is_given(self) -> bool:
        return bool(self.names or self.everything or self.limit or self._has_conditions)

    def selection(self) -> Selection:
        """Raises InvalidInput if nothing is selected, or if both names and other options are given."""
        if self.names and (self.everything or self._has_conditions):
            raise InvalidInput("give either order IDs and message IDs, or options that select letters")
        if not (self.names or self.everything or self._has_conditions):
            raise InvalidInput(
                "select letters: give order IDs or message IDs, --group, --class, --where, --since, --until, --mended "
                "or --would, or --all for every letter"
            )
        return replace(
            WindowOptions.selection(self),
            names=self.names or (),
            everything=self.everything,
            group=self.group,
            kind=self.kind,
            where=self.where or (),
            mended=self.mended,
            would=self.would or (),
        )

    @property
    def _has_conditions(self) -> bool:
        conditions = (self.group, self.kind, self.where, self.since, self.until, self.mended, self.would)
        return any(map(bool, conditions))
