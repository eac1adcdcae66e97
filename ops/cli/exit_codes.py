"""The exit codes of every command; docs/running.md explains each."""

from enum import IntEnum

from ops.errors import InvalidInput, NothingDone, UserError


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    INCOMPLETE = 1
    """Something that was asked for does not exist, or was not accepted."""
    USAGE = 2
    """The command or its input is wrong. Nothing was done."""
    NO_ACCESS = 3
    """The system or a file cannot be found, reached or used."""


def exit_code_of(error: UserError) -> Exit:
    match error:
        case InvalidInput():
            return Exit.USAGE
        case NothingDone():
            return Exit.INCOMPLETE
        case _:
            return Exit.NO_ACCESS
