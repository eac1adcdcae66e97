"""`make demo`: the whole system on this machine, from a published order to the table and the dead letters.

Exits with 0 when every published order was stored or set aside, and with 1 when the counts do not add up.
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from local.deployer import deploy
from local.emulator import EmulatorError, emulator
from local.pipeline import Pipeline
from local.program import log_to_terminal, stack_config
from local.samples import SEED_ORDER, invalid_orders, valid_orders

VALID_ORDERS = 94
PATIENCE_SECONDS = 60
"""How long the demo waits for orders that are neither stored nor set aside."""

console = Console(highlight=False)


def main() -> int:
    # A kill ends the demo as Ctrl-C does, and the emulator with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    log_to_terminal()
    console.print("[bold]The order pipeline, whole, on this machine[/]\n")
    try:
        with ExitStack() as running:
            pipeline = _start(running)
            return _show(pipeline)
    except EmulatorError as error:
        console.print(f"[red]error:[/] {error}")
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is left running")
        return 128 + signal.SIGINT


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
    bodies = [json.dumps(SEED_ORDER), *valid_orders(VALID_ORDERS), *invalid_orders()]
    with _stage("publish") as done:
        refused = pipeline.publish(bodies)
        done(f"{len(bodies) - len(refused)} orders to OrderTopic, O1234 first")
    published = len(bodies) - len(refused)
    with _stage("store") as done:
        stored = _follow("stored in Orders", published - len(list(invalid_orders())), pipeline.stored)
        done(f"{stored} orders in Orders")
    with _stage("set aside") as done:
        set_aside = _follow("set aside in OrderDLQ", published - stored, lambda: pipeline.waiting("deadLetterQueueUrl"))
        here, dev = (stack_config(stack)["orders:visibilityTimeoutSeconds"] for stack in ("local", "dev"))
        done(f"{set_aside} orders in OrderDLQ; retries come after {here} s here, and after {dev} s in stack dev")
    _show_seed_order(pipeline)
    _show_dead_letters(pipeline)
    stored = pipeline.stored()
    adds_up = published == stored + set_aside and not refused
    console.print(
        f"\n[bold {'green' if adds_up else 'red'}]published {published} {'=' if adds_up else '≠'} "
        f"stored {stored} + set aside {set_aside}[/]"
    )
    if adds_up:
        console.print("Keep it running: .venv/bin/orders local")
    return 0 if adds_up else 1


@contextmanager
def _stage(title: str) -> Iterator[Callable[[str], None]]:
    """A stage's line: what came out of it, and the time that it took."""
    result = ""

    def done(text: str) -> None:
        nonlocal result
        result = text

    started = time.monotonic()
    yield done
    console.print(f"  [green]✓[/] {title:<19}[cyan]{time.monotonic() - started:5.1f} s[/]  {result}")


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


def _show_seed_order(pipeline: Pipeline) -> None:
    order_id = SEED_ORDER["orderId"]
    console.print(f"\n[bold]The processor's log of {order_id}[/]")
    for record in pipeline.log_records():
        if record.get("orderId") == order_id:
            console.print(f"  {json.dumps(record)}", style="dim", soft_wrap=True)
    console.print(f"\n[bold]{order_id} in Orders[/]")
    order = pipeline.order(str(order_id)) or {}
    table = Table(*order, box=None, header_style="dim", padding=(0, 2))
    table.add_row(*map(str, order.values()))
    console.print(table)


def _show_dead_letters(pipeline: Pipeline) -> None:
    console.print("\n[bold]OrderDLQ, and why[/]")
    # The log comes in order, so what stays is each message's last attempt.
    last_failure = {record["messageId"]: record for record in pipeline.log_records() if record["level"] == "ERROR"}
    table = Table("orderId", "receives", "reason in the log", box=None, header_style="dim", padding=(0, 2))
    for letter in sorted(pipeline.dead_letters(), key=lambda letter: letter.body):
        failure = last_failure[letter.message_id]
        table.add_row(failure.get("orderId") or "?", str(failure["attempt"]), failure["reason"])
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
