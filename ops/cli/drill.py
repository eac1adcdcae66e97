"""`orders drill`."""

import secrets
from typing import Annotated

import typer

from ops.cli.exit_codes import Exit
from ops.cli.options import find_system
from ops.cli.output import print_line
from ops.drill.drill import check_drill, start_drill
from ops.drill.faults import fault_of
from ops.errors import InvalidInput
from ops.text import counted

SEEDS = 10_000


def drill(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Say whether the system is healthy again, and then what was broken.")
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeat the drill with this number.")] = None,
) -> None:
    """Break the local system at random, so that somebody can practise mending it.

    Also publishes orders. The task is to find out what is wrong, to mend it, and to lose none of these orders. Works
    only on the system of `orders local`, never on AWS.

    \b
    orders drill
    orders drill --check
    orders drill --seed 7
    """
    if check and seed is not None:
        raise InvalidInput("--check takes no --seed: it checks the drill that is under way")
    if check:
        _check()
    else:
        _start(seed)


def _start(seed: int | None) -> None:
    started = start_drill(find_system(None), seed, otherwise=secrets.randbelow(SEEDS))
    published = counted(len(started.orders), "valid order")
    print_line(f"Something is wrong now, and a publisher has sent {published} (seed {started.seed}).")
    print_line("Find out what it is, mend it, and lose none of these orders. Start with `orders status`.")
    print_line("docs/monitoring.md says what each alarm means. When you are done: orders drill --check")


def _check() -> None:
    checked, problems = check_drill(find_system(None))
    if problems:
        print_line("not healthy yet:")
        for problem in problems:
            print_line(f"  {problem}")
        raise typer.Exit(Exit.INCOMPLETE)
    print_line(f"healthy again: all {len(checked.orders)} valid orders of the drill are in the table")
    print_line(f"what was wrong: {fault_of(checked.seed).what} (seed {checked.seed})")
