"""Looks at the dead letters for a command, with progress in a terminal."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from rich.progress import Progress, TextColumn

from ops.cli.dlq.options import command_on_letters
from ops.cli.output import print_error
from ops.cli.terminal import progress_console
from ops.dead_letters.failures import Failure, last_failures, undelivered
from ops.dead_letters.interruptions import with_causes
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.dead_letters.selection import NoSuchLetter
from ops.dead_letters.timing import Timing
from ops.errors import NothingDone
from ops.system import LetterQueue, System

TIMING = Timing()
"""The times of every look and every redrive of these commands. Tests set shorter ones."""


@contextmanager
def looking(system: System, *, wanted: str = "") -> Iterator[Look]:
    """Lease every visible dead letter until the end of the block, and renew the leases.

    Warns if there may be other dead letters: somebody else can hold them. If `wanted` is the message ID of a letter,
    that letter is enough, and the look ends as soon as it is found.
    """
    columns = TextColumn("looking: {task.completed:,.0f} dead letters")
    with ExitStack() as leases:
        bar = Progress(columns, console=progress_console, transient=True, disable=not progress_console.is_terminal)
        with bar:
            task = bar.add_task("looking", total=None)
            look = leases.enter_context(
                Look(
                    system.clients.sqs,
                    system.letter_queue_url,
                    timing=TIMING,
                    on_progress=lambda count: bar.advance(task, count),
                    wanted=wanted,
                )
            )
        if not look.has_wanted and (count := look.count_others()):
            print_error(f"there may be about {count:,} more: somebody else holds them, or SQS counts late")
        leases.enter_context(look.renewing())
        try:
            yield look
        except NoSuchLetter as error:
            raise NothingDone(f"{error}; `{command_on_letters(system, 'list')}` shows all") from None


def print_lost(leases: Iterable[Lease]) -> None:
    """Print which letters were left alone, because somebody else may have them."""
    for lease in leases:
        print_error(lost_line(lease))


def lost_line(lease: Lease) -> str:
    """Say that a letter was left alone, because somebody else may have it."""
    return (
        f"lost: {lease.name} (message {lease.message_id}): its lease ended, so somebody else may have it; "
        "list the dead letters again"
    )


def failures_of(system: System, look: Look) -> Mapping[str, Failure]:
    """Why each letter of a look failed, by message ID, as the log says. It has nothing about undelivered orders."""
    if system.letter_queue is LetterQueue.UNDELIVERED:
        return {lease.message_id: undelivered(lease.message_id) for lease in look.leases}
    failures = last_failures(system.clients.logs, system.outputs.log_group_name, look.leases)
    return with_causes(system, look, failures)
