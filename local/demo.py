"""`make demo`: the whole system on this machine, from a published order to the table and the dead letters.

Exits with 0 when every published order was stored or set aside, and with 1 when the counts do not add up.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from local.deployer import deploy
from local.emulator import emulator
from local.foreground import run_in_foreground
from local.pipeline import Pipeline
from local.project import stack_config
from local.samples import EXAMPLE_ORDER, invalid_orders, valid_orders

VALID_ORDERS = 94
PATIENCE_SECONDS = 60
"""How long the demo waits for orders that are neither stored nor set aside."""

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console.width = 120  # A file has no width of its own, and 80 would break most lines.


def main() -> int:
    # The local stack retries sooner than AWS advises, on purpose: the demo says so in its own words.
    logging.disable(logging.WARNING)
    return run_in_foreground(_demo, console)


def _demo() -> int:
    console.print("[bold]The order pipeline, whole, on this machine[/]\n")
    with ExitStack() as running:
        return _show(_start(running))


def _start(running: ExitStack) -> Pipeline:
    with _stage("start the emulator") as done:
        endpoint = running.enter_context(emulator("demo"))
        done(f"{endpoint.url}, log in .local/demo.log")
    with _stage("deploy __main__.py") as done:
        made: list[str] = []
        outputs = deploy(endpoint, progress=lambda _type, name: made.append(name))
        done(f"{len(made)} resources, as stack local")
    return Pipeline(endpoint, outputs)


def _show(pipeline: Pipeline) -> int:
    bodies = [json.dumps(EXAMPLE_ORDER), *valid_orders(VALID_ORDERS), *invalid_orders()]
    invalid = len(list(invalid_orders()))
    with _stage("publish") as done:
        published = len(bodies) - len(pipeline.publish(bodies))
        done(f"{published} orders to OrderTopic, O1234 first")
    with _stage("store") as done:
        stored = _follow("stored in Orders", published - invalid, pipeline.stored)
        done(f"{stored} orders in Orders", complete=stored == published - invalid)
    with _stage("set aside") as done:
        set_aside = _follow("set aside in OrderDLQ", invalid, lambda: pipeline.waiting("deadLetterQueueUrl"))
        here, dev = (stack_config(stack)["orders:visibilityTimeoutSeconds"] for stack in ("local", "dev"))
        done(
            f"{set_aside} orders in OrderDLQ (others would be retried after {here} s, in dev {dev} s)",
            complete=set_aside == invalid,
        )
    _show_example_order(pipeline)
    _show_dead_letters(pipeline)
    return _show_balance(pipeline, published)


def _show_balance(pipeline: Pipeline, published: int) -> int:
    """Count once more, at the end; the exit status is 0 if every published order is where it should be."""
    stored, set_aside = pipeline.stored(), pipeline.waiting("deadLetterQueueUrl")
    elsewhere = pipeline.waiting("queueUrl") + pipeline.waiting("undeliveredQueueUrl")
    if published == stored + set_aside and not elsewhere:
        console.print(f"\n[bold green]published {published} = stored {stored} + set aside {set_aside}[/]")
        console.print("Keep it running: .venv/bin/orders local")
        return 0
    console.print(
        f"\n[bold red]published {published}, but stored {stored}, set aside {set_aside}, on the way or undelivered "
        f"{elsewhere}[/]; the emulator's log is .local/demo.log"
    )
    return 1


class _Done(Protocol):
    def __call__(self, result: str, *, complete: bool = True) -> None:
        """Say what came out of a stage, and whether that is all that was to come."""


@contextmanager
def _stage(title: str) -> Iterator[_Done]:
    """A stage's line: what came out of it, and the time that it took."""
    started = time.monotonic()

    def done(result: str, *, complete: bool = True) -> None:
        mark = "[green]✓[/]" if complete else "[red]✗[/]"
        console.print(f"  {mark} {title:<19}[cyan]{time.monotonic() - started:5.1f} s[/]  {result}")

    yield done


def _follow(what: str, expected: int, count: Callable[[], int]) -> int:
    """Show a count growing until it is what is expected, or patience ends; return what it came to."""
    columns = TextColumn("    {task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=expected)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (now := count()) < expected and time.monotonic() < deadline:
            progress.update(task, completed=now)
            time.sleep(0.1)
    return now


def _show_example_order(pipeline: Pipeline) -> None:
    order_id = str(EXAMPLE_ORDER["orderId"])
    console.print(f"\n[bold]The processor's log of {order_id}[/]")
    for record in pipeline.log_records_of(order_id):
        console.print(f"  {json.dumps(record)}", style="dim", soft_wrap=True)
    console.print(f"\n[bold]{order_id} in Orders[/]")
    order = pipeline.order(order_id) or {}
    table = Table(*order, box=None, header_style="dim", padding=(0, 2))
    table.add_row(*map(str, order.values()))
    console.print(table)


def _show_dead_letters(pipeline: Pipeline) -> None:
    console.print("\n[bold]OrderDLQ, and why[/]")
    failures = [record for record in pipeline.log_records() if record["level"] == "ERROR"]
    # What stays of each message is its last attempt; the log does not come in that order.
    last_failure = {record["messageId"]: record for record in sorted(failures, key=lambda failure: failure["attempt"])}
    table = Table("orderId", "receives", "reason in the log", box=None, header_style="dim", padding=(0, 2))
    for letter in sorted(pipeline.dead_letters(), key=lambda letter: letter.body):
        # What timed out or was throttled has no record.
        failure = last_failure.get(
            letter.message_id, {"attempt": "?", "reason": "not in the log: it never got to an end"}
        )
        table.add_row(failure.get("orderId") or "?", str(failure["attempt"]), failure["reason"])
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
