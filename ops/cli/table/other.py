"""What the commands about another table share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from ops.cli.terminal import progress_bar
from ops.recovery.compare import Compared

Other = Annotated[str, typer.Argument(help="Name of the other table, to which `restore` restored.", metavar="TABLE")]


@contextmanager
def reading() -> Iterator[Callable[[Compared], Compared]]:
    """Show how many orders were read, until the end of the block. Returns each order as it is."""
    with progress_bar() as bar:
        task = bar.add_task("reading", total=None)

        def count(one: Compared) -> Compared:
            bar.advance(task)
            return one

        yield count
