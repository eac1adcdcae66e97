"""docs/benchmarks.md, its picture, and what `orders cost` reckons with, from the figures of one run."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version

from bench import cold, dead_letters, publishing, warm
from bench.plot import bars
from infra.package import ROOT
from ops.cost import OURS

PAGE = ROOT / "docs/benchmarks.md"
PICTURE = ROOT / "docs/benchmarks.svg"
FIGURES = ROOT / "docs/benchmarks.json"
SHOWN_LATENCY = 5

Warm = Mapping[warm.Case, Mapping[str, warm.Figures]]

_ABOUT = """# Benchmarks

Written by `make bench` from one run's own figures; nothing here is typed by hand.

![Time per batch and per cold start](benchmarks.svg)

## Batches

Batches of valid, new orders through warm handlers, all in one process and taking turns of a few
batches each. A stub in another process answers every DynamoDB request after a fixed time, over plain HTTP on loopback.
Time per batch is the median; what a handler logs goes nowhere.

- **this handler**: [`handler/`](../handler), with its log and metrics
- **seed-style**: [boto3's table resource, one `put_item` after another](../bench/handlers/seed_style.py)
- **conditional puts on threads**: [ten at once](../bench/handlers/thread_pool.py)
- **Powertools with idempotency**: [batch processor, parser and idempotency](../bench/handlers/powertools.py), as its
  documentation shows them
- **one bare request**: [the bound](../bench/handlers/bare_request.py): one signed request with the whole payload,
  prepared beforehand. DynamoDB takes 25 orders a request, so that nobody can reach it with 100.
"""

_COLD = """
## Cold starts

A fresh interpreter until the handler has its client and has parsed an order, as Lambda starts it: the zip's files as
sources in a folder that stays without bytecode, the runtime's packages compiled. Medians of {rounds} starts each,
taking turns. Lambda's own part, fetching the zip and starting a sandbox, comes on top and is the same for all but for
the zip's size: ours has {size:,} bytes. Memory is what is resident once the handler is ready.
"""

_PUBLISHING = """
## Publishing

{orders} orders to a stub of SNS that answers each request after {latency} ms: [`orders publish`](../ops/publish.py), in
batches and several at once, and one order after another.
"""

_DEAD_LETTERS = """
## Dead letters

{moved:,} dead letters moved to another queue of the emulator: as
[`orders dead-letters redrive`](../ops/dead_letters/transfer.py) does, looked at, held, journaled, sent and deleted by
tens, several at once, without a limit of its rate; and one after another, as a short script would, without a journal.
A list of {listed:,} dead letters takes {mebibytes:.0f} MiB of memory at its peak, with the interpreter and the SDK.
"""

_LIMITS = """
## What this does not tell

Nothing here ran on AWS: there requests go over TLS, the function has a fraction of a core below 1,769 MB, and DynamoDB
takes longer for a batch than for one item. The ratios are of one machine and one run; `make bench` gives yours.
"""


def write(
    batches: Warm, starts: cold.ColdStarts, published: Mapping[str, float], redriven: dead_letters.Figures
) -> None:
    """Write the page and its picture."""
    PAGE.write_text("\n".join([_ABOUT, *_batches(batches), _COLD.format(rounds=cold.ROUNDS, size=starts.zip_size)]))
    with PAGE.open("a") as page:
        page.write("\n".join(["", *_cold(starts), *_published(published), *_redriven(redriven), _LIMITS, _machine()]))
    panels = [
        (
            f"A batch of {size} orders, {SHOWN_LATENCY} ms a request",
            {name: one.seconds_per_batch * 1000 for name, one in batches[SHOWN_LATENCY, size].items()},
        )
        for size in (10, 100)
    ]
    panels.append(("A cold start", {name: one.seconds * 1000 for name, one in starts.starts.items()}))
    PICTURE.write_text(bars(panels, OURS))
    FIGURES.write_text(json.dumps(_figures(batches), indent=1) + "\n")


def _figures(batches: Warm) -> dict[str, dict[int, dict[str, float]]]:
    """By handler and orders in a batch, at the latency that is shown; the bound is no handler."""
    return {name: {size: asdict(batches[SHOWN_LATENCY, size][name]) for size in warm.TURNS} for name in warm.MODULES}


def _batches(batches: Warm) -> Iterator[str]:
    for (latency, size), figures in batches.items():
        ours = figures[OURS]
        if size == next(iter(warm.TURNS)):
            yield f"### {latency} ms a request\n"
            yield "| Orders | | Time per batch | Beside ours | CPU per order | Requests per order |"
            yield "| ---: | --- | ---: | ---: | ---: | ---: |"
        for name, one in figures.items():
            yield (
                f"| {size} | {name} | {one.seconds_per_batch * 1000:,.1f} ms "
                f"| {one.seconds_per_batch / ours.seconds_per_batch:.2f} x "
                f"| {one.cpu_seconds_per_order * 1e6:,.0f} µs | {one.requests_per_order:g} |"
            )
        if size == list(warm.TURNS)[-1]:
            yield ""


def _cold(starts: cold.ColdStarts) -> Iterator[str]:
    ours = starts.starts[OURS]
    yield "| | Ready after | Beside ours | CPU | Memory |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, one in starts.starts.items():
        yield (
            f"| {name} | {one.seconds * 1000:,.0f} ms | {one.seconds / ours.seconds:.2f} x "
            f"| {one.cpu_seconds * 1000:,.0f} ms | {one.memory / 2**20:.0f} MiB |"
        )


def _published(published: Mapping[str, float]) -> Iterator[str]:
    yield _PUBLISHING.format(orders=publishing.ORDERS, latency=publishing.LATENCY_MILLISECONDS)
    yield from _beside(published, publishing.OURS)


def _redriven(redriven: dead_letters.Figures) -> Iterator[str]:
    yield _DEAD_LETTERS.format(
        moved=dead_letters.MOVED, listed=dead_letters.LISTED, mebibytes=redriven.list_bytes / 2**20
    )
    yield from _beside(redriven.seconds, dead_letters.OURS)


def _beside(seconds: Mapping[str, float], ours: str) -> Iterator[str]:
    yield "| | Time | Beside ours |"
    yield "| --- | ---: | ---: |"
    for name, one in seconds.items():
        yield f"| {name} | {one * 1000:,.0f} ms | {one / seconds[ours]:.2f} x |"


def _machine() -> str:
    used = ", ".join(f"{name} {version(name)}" for name in ("botocore", "boto3", "aws-lambda-powertools", "pydantic"))
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores; {used}.\n"
    )
