"""`orders demo`."""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from infra.project import stack_settings
from local.deployer import deploy
from local.emulator import emulator
from ops.cli.foreground import console, run_in_foreground
from ops.cli.terminal import cell, print_styled
from ops.dead_letters.failures import last_failures
from ops.dead_letters.look import Look
from ops.log.reading import EPOCH, read_log
from ops.publish import publish_orders
from ops.queues import count_messages
from ops.samples import EXAMPLE_ORDER, invalid_orders, valid_orders
from ops.subscriber import Subscriber
from ops.system import LOCAL, System
from ops.table import count_orders, get_order
from ops.text import as_json_text

VALID_ORDERS = 94
PATIENCE_SECONDS = 60
"""How long the demo waits for orders that are neither in the table nor in OrderDLQ."""


def demo() -> None:
    """Show what happens to 101 orders on this machine.

    It starts an emulator, deploys the system on it, and publishes the orders, six of which are invalid. Then it shows
    where each order ended.

    The exit code is 0 if every published order is in the table or in OrderDLQ at the end, and 1 if not.

    \b
    orders demo
    """
    # The local stack retries sooner than AWS advises, on purpose. The demo explains that in its own words.
    logging.disable(logging.WARNING)
    sys.exit(run_in_foreground(_demo))


def _demo() -> int:
    console.print("[bold]The whole order pipeline on this machine[/]\n")
    with ExitStack() as running:
        return _show(_start(running))


def _start(running: ExitStack) -> System:
    with _stage("start the emulator") as done:
        clients = running.enter_context(emulator("demo"))
        done(f"{clients.endpoint_url}, log in .local/demo.log")
    with _stage("deploy __main__.py") as done:
        resources: list[str] = []
        outputs = deploy(clients, on_progress=lambda _type, name: resources.append(name))
        done(f"{len(resources)} resources, as stack local")
    return System.of(LOCAL, outputs, clients.endpoint_url)


def _show(system: System) -> int:
    bodies = [json.dumps(EXAMPLE_ORDER), *valid_orders(VALID_ORDERS), *invalid_orders()]
    invalid = len(list(invalid_orders()))
    subscriber = Subscriber(system)
    with _stage("publish") as done:
        published = len(bodies) - len(publish_orders(system.clients.sns, system.outputs.topic_arn, bodies))
        done(f"{published} orders to OrderTopic, O1234 first")
    with _stage("store") as done:
        stored = _follow("stored in Orders", published - invalid, lambda: _stored(system))
        done(f"{stored} orders in Orders", complete=stored == published - invalid)
    with _stage("set aside") as done:
        dead = _follow("set aside in OrderDLQ", invalid, lambda: _dead_letters(system))
        local, dev = (stack_settings(stack)["visibilityTimeoutSeconds"] for stack in (LOCAL, "dev"))
        done(
            f"{dead} orders in OrderDLQ (transient failures are retried after {local} s, in dev {dev} s)",
            complete=dead == invalid,
        )
    with _stage("tell") as done:
        _follow("told by OrderEvents", stored, subscriber.count)
        done(
            f"{subscriber.count()} events to a queue that subscribes to OrderEvents",
            complete=subscriber.count() == stored,
        )
    _show_example_order(system)
    _show_dead_letters(system)
    return show_balance(_count(system, published, subscriber))


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Where the published orders are at the end."""

    published: int
    stored: int
    dead_letters: int
    elsewhere: int
    """In OrderQueue or in OrderUndelivered."""
    told: int
    """Events that the subscriber received, each counted once."""
    repeated: int
    """Events that the subscriber received more than once."""

    @property
    def is_complete(self) -> bool:
        """Whether every published order is in the table or in OrderDLQ, and the subscriber knows all stored ones."""
        return self.published == self.stored + self.dead_letters and not self.elsewhere and self.told == self.stored


def _count(system: System, published: int, subscriber: Subscriber) -> Balance:
    outputs = system.outputs
    return Balance(
        published=published,
        stored=_stored(system),
        dead_letters=_dead_letters(system),
        elsewhere=_messages(system, outputs.queue_url) + _messages(system, outputs.undelivered_queue_url),
        told=subscriber.count(),
        repeated=subscriber.repeated,
    )


def show_balance(balance: Balance) -> int:
    """Print the balance, and return the exit status: 0 if it is complete."""
    if balance.is_complete:
        console.print(
            f"\n[bold green]published {balance.published} = "
            f"stored {balance.stored} + set aside {balance.dead_letters}[/]"
        )
        times = "each once" if not balance.repeated else f"{balance.repeated} of them more than once"
        console.print(f"[bold green]told {balance.told} = stored {balance.stored}, {times}[/]")
        console.print("A system that keeps running: .venv/bin/orders local")
        return 0
    console.print(
        f"\n[bold red]published {balance.published}, but stored {balance.stored}, "
        f"set aside {balance.dead_letters}, {balance.elsewhere} queued or undelivered, told {balance.told}[/]; "
        "the emulator's log is .local/demo.log"
    )
    return 1


def _stored(system: System) -> int:
    return count_orders(system.clients.dynamodb, system.outputs.table_name)


def _dead_letters(system: System) -> int:
    return _messages(system, system.outputs.dead_letter_queue_url)


def _messages(system: System, queue_url: str) -> int:
    """The number of messages in a queue, including those in flight."""
    return count_messages(system.clients.sqs, queue_url).total


class _Done(Protocol):
    def __call__(self, result: str, *, complete: bool = True) -> None:
        """Print the result of a stage, and whether it is complete."""


@contextmanager
def _stage(title: str) -> Iterator[_Done]:
    """Print a line for a stage with its result and the time that it took."""
    started = time.monotonic()

    def done(result: str, *, complete: bool = True) -> None:
        mark = "[green]✓[/]" if complete else "[red]✗[/]"
        console.print(f"  {mark} {title:<19}[cyan]{time.monotonic() - started:5.1f} s[/]  {result}")

    yield done


def _follow(what: str, expected: int, count: Callable[[], int]) -> int:
    """Show a count until it is as expected or the time is over, and return it."""
    columns = TextColumn("    {task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=expected)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (now := count()) < expected and time.monotonic() < deadline:
            progress.update(task, completed=now)
            time.sleep(0.1)
    return now


def _show_example_order(system: System) -> None:
    order_id = str(EXAMPLE_ORDER["orderId"])
    console.print(f"\n[bold]The processor's log of {order_id}[/]")
    for record in read_log(system.clients.logs, system.outputs.log_group_name, start=EPOCH, order_id=order_id):
        print_styled((f"  {as_json_text(record)}", "dim"))
    console.print(f"\n[bold]{order_id} in Orders[/]")
    _print_table(get_order(system.clients.dynamodb, system.outputs.table_name, order_id) or {})


def _print_table(order: Mapping[str, Any]) -> None:
    table = Table(*order, box=None, header_style="dim", padding=(0, 2))
    table.add_row(*(cell(str(value)) for value in order.values()))
    console.print(table)


def _show_dead_letters(system: System) -> None:
    console.print("\n[bold]OrderDLQ, with the reasons in the log[/]")
    table = Table("orderId", "receives", "reason", box=None, header_style="dim", padding=(0, 2))
    with Look(system.clients.sqs, system.outputs.dead_letter_queue_url) as look:
        reasons = last_failures(system.clients.logs, system.outputs.log_group_name, look.leases)
        for lease in sorted(look.leases, key=lambda lease: lease.order_id or ""):
            failure = reasons[lease.message_id]
            table.add_row(cell(lease.order_id or "?"), str(failure.attempt or "?"), cell(failure.reason))
    console.print(table)
