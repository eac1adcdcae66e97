"""`orders publish`."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress

from local.samples import sample_orders
from ops.errors import Exit, UserError
from ops.orders_file import read_orders
from ops.publish import publish
from ops.system import find_system
from ops.terminal import Json, Stack, complain, progress_console, say_json

LONG = 100
"""From how many orders on a progress bar is worth its line."""
SHOWN_FLAWS = 20


def publish_orders(
    *,
    file: Annotated[str | None, typer.Argument(help="JSON, a JSON array or JSON lines; - is standard input.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Make up so many plausible orders instead.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Orders a second, at most.")] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Publish orders, after a look at all of them: if one could never be stored, none is sent.

    \b
    orders publish orders.jsonl
    orders publish --stack dev - < order.json
    orders publish --sample 1000 --rate 50
    """
    if (file is None) == (sample is None):
        raise UserError("name a file (- for standard input), or --sample with a number: one of the two", Exit.USAGE)
    bodies = list(sample_orders(sample)) if sample else _read(file or "-")
    system = find_system(stack)
    topic = system.output("topicArn")
    long = len(bodies) >= LONG and progress_console.is_terminal
    bar = Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=progress_console, transient=True)
    with bar if long else nullcontext():
        task = bar.add_task("publishing", total=len(bodies))
        try:
            refused = publish(system.sns, topic, bodies, rate=rate, told=lambda count: bar.advance(task, count))
        except KeyboardInterrupt:
            complain(
                f"stopped: {bar.tasks[0].completed:,.0f} of {len(bodies):,} orders had their answer, others may too"
            )
            raise
    accepted = len(bodies) - len(refused)
    for failure in refused:
        complain(f"refused: {failure.reason}: {' '.join(failure.body.split())}")
    if as_json:
        say_json({"accepted": accepted, "refused": [{"reason": one.reason, "order": one.body} for one in refused]})
    else:
        print(f"accepted {accepted:,} of {len(bodies):,} orders")
    if refused:
        raise typer.Exit(Exit.NOT_ALL)


def _read(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}", Exit.USAGE) from None
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8: {error.reason} at byte {error.start}", Exit.USAGE) from None
    name = "standard input" if file == "-" else file
    bodies, flaws = read_orders(text)
    if flaws:
        shown = [f"{name}:{flaw.line}:{flaw.column}: {flaw.reason}" for flaw in flaws[:SHOWN_FLAWS]]
        more = len(flaws) - len(shown)
        shown += [f"and {more} more"] if more else []
        raise UserError("\n".join([*shown, "nothing was published"]), Exit.USAGE)
    if not bodies:
        raise UserError(f"{name} holds no order", Exit.USAGE)
    return bodies
