"""Writing the results of one run: docs/benchmarks.md, its image, and the figures that `orders cost` reads."""

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from bench import capacity_picture, cold, dead_letters, notifying, publishing, startup, warm
from bench.plot import bars
from infra.project import ROOT
from ops.cost import OURS, CostInputs
from ops.cost_picture import picture
from ops.cost_table import cells
from ops.event_cost import NOTIFIER

PAGE = ROOT / "docs/benchmarks.md"
PICTURE = ROOT / "docs/benchmarks.svg"
FIGURES = ROOT / "docs/benchmarks.json"
START_FIGURES = ROOT / "docs/starts.json"
SOAK_FIGURES = ROOT / "docs/soak.json"
FLOW_FIGURES = ROOT / "docs/flow.json"
CAPACITY_FIGURES = ROOT / "docs/capacity.json"
CAPACITY_PICTURE = ROOT / "docs/capacity.svg"
COST_PICTURE = ROOT / "docs/cost.svg"
SHOWN_LATENCY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """The figures of a soak."""

    deliveries: int
    messages: int
    faults: int
    processors: int
    seconds: int
    lost: int
    """Messages that were not processed to the end, and orders that are not in the table."""
    wrong: int
    """Orders whose item differs from the reference, and invalid messages that succeeded."""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """The medians of the starts of handlers in Lambda's runtime."""

    rounds: int
    milliseconds: Mapping[str, Mapping[str, float]]
    """By runtime, and by the handler's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The model of `orders capacity` beside the emulator, and the CPU time that it takes."""

    backlog: float
    """Orders that wait in the emulator after the burst."""
    drain_seconds: float
    model_backlog: float
    model_drain_seconds: float
    waiting: Sequence[float]
    """Orders that wait in the emulator, at the end of each second."""
    model_waiting: Sequence[float]
    day_cpu_seconds: float
    search_cpu_seconds: float
    """Of a launch of eleven minutes."""
    day_search_cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """The seconds of orders from the topic to the table."""

    median: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Orders on their whole way on the emulator, by handler, and the memory of publishing many."""

    orders: int
    per_second: Mapping[str, float]
    latencies: Mapping[int, Mapping[str, Latency]]
    """By orders a second."""
    published: int
    publish_bytes: int


Compared = Mapping[str, warm.Figures]
Warm = Mapping[warm.Case, Compared]
Notified = Mapping[int, Compared]

_ABOUT = """# Benchmarks

`make bench` writes this page from the measurements of one run. No figure is edited by hand.

![Time per batch and per cold start](benchmarks.svg)

## Batches

Each handler processes batches of valid, new orders. All handlers are warm and run in one process, each for a few
batches in turn. A stub in another process responds to every DynamoDB request after a fixed time, over plain HTTP on
loopback. The time per batch is the median. The logs of the handlers are discarded.

- **this handler**: [`handler/`](../handler), with its log and metrics
- **seed-style**: [boto3's table resource, with one `put_item` after another](../bench/handlers/seed_style.py)
- **conditional puts on threads**: [ten at a time](../bench/handlers/thread_pool.py)
- **Powertools with idempotency**: [batch processor, parser and idempotency](../bench/handlers/powertools.py), as in its
  documentation
- **one bare request**: [the lower bound](../bench/handlers/bare_request.py): one signed request with the whole payload,
  prepared in advance. No handler can reach it with 100 orders, because DynamoDB accepts 25 orders per request.
"""

_NOTIFIER = """## Notifier

Each notifier receives batches of new orders from the table's stream, and publishes an event for each order. The
conditions are those of the batches above, with {latency} ms per request to SNS.

- **this notifier**: [`handler/notifier/`](../handler/notifier), with its log and metrics. A request contains ten
  events, and ten requests are sent at the same time.
- **one publish after another**: [boto3's client, with one `publish` per record](../bench/handlers/plain_notifier.py)

Lambda runs one batch of each shard at a time. With its largest batch, this notifier publishes
{per_second:,.0f} events a second for each shard. A shard belongs to a partition of the table, and DynamoDB accepts
1,000 writes a second in a partition.
"""

_COLD = """
## Cold starts

Each start is a new interpreter that runs until the function has its client and has read an order. The conditions are
those of Lambda. The files of the zip are sources in a folder without bytecode, and the packages of the runtime are
compiled. The figures are medians of {rounds} starts, and the functions take turns.

Lambda also fetches the zip and starts a sandbox. This is not measured, and differs only by the size of the zip: ours
has {size:,} bytes. Memory is the resident memory of the ready function.
"""

_PUBLISHING = """
## Publishing

{orders} orders are published to an SNS stub that responds to each request after {latency} ms.
[`orders publish`](../ops/publish.py) sends batches, several at a time. The other method sends one order after another.
"""

_DEAD_LETTERS = """
## Dead letters

{moved:,} dead letters are moved to another queue of the emulator.
[`orders dead-letters redrive`](../ops/dead_letters/move.py) receives and leases all letters. Then it journals,
sends and deletes them in batches of ten, several batches at a time, without a rate limit. The other method moves one
letter after another without a journal, as a short script does.

Listing {listed:,} dead letters takes {mebibytes:.0f} MiB of memory at its peak, with the interpreter and the SDK.
[`edit`](dead-letters.md#3-edit) of one of them by its message ID takes {edits}.
SQS finds no message by its ID: the command receives letters until it has this one, and makes the others visible again.
"""

_STARTUP = """
## The command's start

CPU time of short commands as whole processes, in user and system mode. The bytecode exists, as after the first run.
`orders get` reads an order from a stub of DynamoDB. A command imports only the modules that it needs. One that calls
AWS cannot be faster than botocore.
"""

_STARTS = """
## Starts in Lambda's runtime

Lambda's own runtime client starts both handlers, behind AWS's Runtime Interface Emulator. The emulator measures each
start: from the new process until it asks for the first event. The files are as in the cold starts above. The figures
are medians of {rounds} starts, and the handlers take turns. `make bench` updates this section if Go is on PATH.

"""
_SOAK = """
## Soak

`make soak` writes this section. A model of SQS delivers messages to {processors} processors at the same time, in any
order, and some of them more than once. Before and after each request, a fault can occur: a crash, a throttle or a lost
response. At the end, the table is compared with a reference that processes the same messages one after another.

| Deliveries | Messages | Faults | Orders lost | Orders wrong | Time |
| ---: | ---: | ---: | ---: | ---: | ---: |
| {deliveries:,} | {messages:,} | {faults:,} | {lost} | {wrong} | {seconds} s |
"""

_FLOW = """
## The whole way

Orders go from `OrderTopic` through `OrderQueue` and the function to the table of the emulator. The handlers take turns
in the same function of the same system. First, {orders:,} orders are published at once. Then 200 orders are published
one after another, at a steady rate. The latency is the time from the publish request until the order is in the table.

{table}

`orders publish --sample {published}` takes at most {megabytes:.0f} MB of memory, with a stub of SNS.
"""

_CAPACITY = """
## Capacity

`orders capacity` simulates a function that takes a second for each batch, with four batches of ten orders at the same
time. The emulator runs the same function. Both get 30 orders a second for 8 s, and then 80 a second for 10 s, which is
twice what the function can process.

| | Emulator | Model | Deviation |
| --- | ---: | ---: | ---: |
| orders that wait after the burst | {backlog:,.0f} | {model_backlog:,.0f} | {backlog_deviation:+.0%} |
| seconds until no order waits | {drain_seconds:.1f} | {model_drain_seconds:.1f} | {drain_deviation:+.0%} |

![Orders that wait, in the emulator and in the model](capacity.svg)

A day in steps of a second takes {day_cpu_seconds:.1f} s of CPU time. The search for settings takes
{search_cpu_seconds:.1f} s for a launch of eleven minutes, and {day_search_cpu_seconds:.1f} s for a day.
"""

_LIMITS = """
## Limits

These benchmarks do not run on AWS. On AWS, requests use TLS, and DynamoDB needs more time for a batch than for one
item. A function with less than 1,769 MB of memory has only a fraction of a core. The ratios are from one machine and
one run. Run `make bench` to measure yours.
"""


def write(
    batches: Warm,
    notified: Notified,
    starts: cold.ColdStarts,
    published: Mapping[str, float],
    moves: dead_letters.Figures,
    commands: Mapping[str, float],
) -> None:
    """Write the page, its image and the figures."""
    PAGE.write_text("\n".join([_ABOUT, *_batches(batches), *_notified(notified)]))
    with PAGE.open("a") as page:
        page.write("\n".join(["", *_cold(starts), *_published(published), *_moved(moves), *_started(commands)]))
        page.write(f"\n{soak_section()}{starts_section()}{flow_section()}{capacity_section()}{_LIMITS}\n{_machine()}")
    panels = [
        (
            f"A batch of {size} orders, {SHOWN_LATENCY} ms per request",
            {name: one.seconds_per_batch * 1000 for name, one in batches[SHOWN_LATENCY, size].items()},
        )
        for size in (10, 100)
    ]
    most = max(notified)
    panels.append(
        (
            f"A batch of {most} events, {notifying.LATENCY_MILLISECONDS} ms per request",
            {name: one.seconds_per_batch * 1000 for name, one in notified[most].items()},
        )
    )
    panels.append(("A cold start", {name: one.seconds * 1000 for name, one in starts.starts.items()}))
    PICTURE.write_text(bars(panels, {OURS, NOTIFIER}))
    FIGURES.write_text(json.dumps(_figures(batches, notified), indent=1) + "\n")


def draw_costs() -> None:
    """Draw what the orders of the stack dev cost, with the figures of the last run."""
    picture(list(cells(CostInputs.of_stack("dev"))), COST_PICTURE)


def write_soak(soak: Soak) -> None:
    """Write the figures of a soak, and its section of the page."""
    SOAK_FIGURES.write_text(json.dumps(asdict(soak), indent=1) + "\n")
    _write_section(soak_section())


def write_starts(starts: Starts) -> None:
    """Write the figures of starts in Lambda's runtime, and their section of the page."""
    START_FIGURES.write_text(json.dumps(asdict(starts), indent=1) + "\n")
    _write_section(starts_section())


def _write_section(section: str) -> None:
    """Replace the section of the page with the same heading. If there is none, add it before the limits."""
    heading = section.splitlines()[1]
    old = rf"\n{re.escape(heading)}\n.*?(?=\n## )|(?=\n## Limits)"
    PAGE.write_text(re.sub(old, lambda _: section, PAGE.read_text(), count=1, flags=re.DOTALL))


def starts_section() -> str:
    """The section about the last starts in Lambda's runtime. Empty if there were none."""
    if not START_FIGURES.exists():
        return ""
    starts = Starts(**json.loads(START_FIGURES.read_text()))
    rows = ["| Runtime | | Started after | Ratio to ours |", "| --- | --- | ---: | ---: |"]
    rows += [
        f"| {runtime} | {name} | {one:,.0f} ms | {one / by_name[OURS]:.2f} x |"
        for runtime, by_name in starts.milliseconds.items()
        for name, one in by_name.items()
    ]
    return "\n".join([_STARTS.format(rounds=starts.rounds).rstrip("\n"), "", *rows, ""])


def soak_section() -> str:
    """The section about the last soak. Empty if there was none."""
    return _SOAK.format(**json.loads(SOAK_FIGURES.read_text())) if SOAK_FIGURES.exists() else ""


def write_capacity(capacity: Capacity) -> None:
    """Write the figures of the model of capacity, their picture, and their section of the page."""
    CAPACITY_FIGURES.write_text(json.dumps(asdict(capacity)) + "\n")
    capacity_picture.picture(capacity.waiting, capacity.model_waiting, CAPACITY_PICTURE)
    _write_section(capacity_section())


def capacity_section() -> str:
    """The section about the last comparison of the model of capacity. Empty if there was none."""
    if not CAPACITY_FIGURES.exists():
        return ""
    found = Capacity(**json.loads(CAPACITY_FIGURES.read_text()))
    return _CAPACITY.format(
        **asdict(found),
        backlog_deviation=found.model_backlog / found.backlog - 1,
        drain_deviation=found.model_drain_seconds / found.drain_seconds - 1,
    )


def write_flow(flow: Flow) -> None:
    """Write the figures of the whole way, and their section of the page."""
    FLOW_FIGURES.write_text(json.dumps(asdict(flow), indent=1) + "\n")
    _write_section(flow_section())


def flow_section() -> str:
    """The section about the last measurement of the whole way. Empty if there was none."""
    if not FLOW_FIGURES.exists():
        return ""
    flow = json.loads(FLOW_FIGURES.read_text())
    rates = list(flow["latencies"])
    rows = [
        "| | Orders a second | Ratio to ours | " + " | ".join(f"Latency at {rate}/s" for rate in rates) + " |",
        "| --- | ---: | ---: |" + " ---: |" * len(rates),
    ]
    for name, one in flow["per_second"].items():
        latencies = [flow["latencies"][rate][name] for rate in rates]
        cells = [f"{found['median'] * 1000:,.0f} ms, 99 % {found['p99'] * 1000:,.0f} ms" for found in latencies]
        rows.append(f"| {name} | {one:,.0f} | {one / flow['per_second'][OURS]:.2f} x | {' | '.join(cells)} |")
    return _FLOW.format(
        orders=flow["orders"],
        table="\n".join(rows),
        published=flow["published"],
        megabytes=flow["publish_bytes"] / 1e6,
    )


def _figures(batches: Warm, notified: Notified) -> dict[str, dict[str, dict[int, dict[str, float]]]]:
    """Return the figures by function and batch size, at the latency that the image shows, without the lower bound."""
    sizes = {size: batches[SHOWN_LATENCY, size] for size in warm.TURNS}
    return {"handlers": _by_name(sizes, warm.MODULES), "notifiers": _by_name(notified, notifying.MODULES)}


def _by_name(by_size: Mapping[int, Compared], names: Iterable[str]) -> dict[str, dict[int, dict[str, float]]]:
    return {name: {size: asdict(figures[name]) for size, figures in by_size.items()} for name in names}


def _batches(batches: Warm) -> Iterator[str]:
    for latency in warm.LATENCIES:
        yield f"### {latency} ms per request\n"
        yield from _rows("order", OURS, {size: batches[latency, size] for size in warm.TURNS})
        yield ""


def _notified(notified: Notified) -> Iterator[str]:
    most = max(notified)
    per_second = most / notified[most][NOTIFIER].seconds_per_batch
    yield _NOTIFIER.format(latency=notifying.LATENCY_MILLISECONDS, per_second=per_second)
    yield from _rows("event", NOTIFIER, notified)


def _rows(unit: str, ours: str, by_size: Mapping[int, Compared]) -> Iterator[str]:
    yield f"| {unit.capitalize()}s | | Time per batch | Ratio to ours | CPU per {unit} | Requests per {unit} |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: |"
    for size, figures in by_size.items():
        for name, one in figures.items():
            yield (
                f"| {size} | {name} | {one.seconds_per_batch * 1000:,.1f} ms "
                f"| {one.seconds_per_batch / figures[ours].seconds_per_batch:.2f} x "
                f"| {one.cpu_seconds_per_order * 1e6:,.0f} µs | {one.requests_per_order:g} |"
            )


def _cold(starts: cold.ColdStarts) -> Iterator[str]:
    yield _COLD.format(rounds=cold.ROUNDS, size=starts.zip_size)
    ours = starts.starts[OURS]
    yield "| | Ready after | Ratio to ours | CPU | Memory |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, one in starts.starts.items():
        yield (
            f"| {name} | {one.seconds * 1000:,.0f} ms | {one.seconds / ours.seconds:.2f} x "
            f"| {one.cpu_seconds * 1000:,.0f} ms | {one.memory / 2**20:.0f} MiB |"
        )


def _published(published: Mapping[str, float]) -> Iterator[str]:
    yield _PUBLISHING.format(orders=publishing.ORDERS, latency=publishing.LATENCY_MILLISECONDS)
    yield from _compared(published, publishing.OURS)


def _moved(moves: dead_letters.Figures) -> Iterator[str]:
    yield _DEAD_LETTERS.format(
        moved=dead_letters.MOVED,
        listed=dead_letters.LISTED,
        mebibytes=moves.list_bytes / 2**20,
        edits=", ".join(f"{seconds:.1f} s if it is {place}" for place, seconds in moves.edit_seconds.items()),
    )
    yield from _compared(moves.seconds, dead_letters.OURS)


def _started(commands: Mapping[str, float]) -> Iterator[str]:
    yield _STARTUP
    yield "| | CPU | Ratio to botocore |"
    yield "| --- | ---: | ---: |"
    for name, one in commands.items():
        yield f"| {name} | {one * 1000:,.0f} ms | {one / commands[startup.CLIENT]:.2f} x |"


def _compared(seconds: Mapping[str, float], ours: str) -> Iterator[str]:
    yield "| | Time | Ratio to ours |"
    yield "| --- | ---: | ---: |"
    for name, one in seconds.items():
        yield f"| {name} | {one * 1000:,.0f} ms | {one / seconds[ours]:.2f} x |"


def _machine() -> str:
    used = ", ".join(f"{name} {version(name)}" for name in ("botocore", "boto3", "aws-lambda-powertools", "pydantic"))
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores; {used}.\n"
    )
