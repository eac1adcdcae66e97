"""How `orders capacity` shows a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table

from ops import prices
from ops.capacity.inputs import CapacityInputs
from ops.capacity.picture import highest_in_parts, series
from ops.capacity.report import assumptions, dollars, uses
from ops.capacity.run import Run
from ops.capacity.simulation import DRAIN_SECONDS
from ops.cli.bars import bars
from ops.cli.terminal import cell
from ops.cost import CostInputs

CHART_WIDTH = 36


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command prints about a run."""

    stack: str
    inputs: CapacityInputs
    costs: CostInputs
    run: Run
    commands: Sequence[str] | None = None
    """The commands that make these settings, or None if the settings are those of the stack."""
    grouped: Run | None = None
    """The same flow with message groups, if one customer is noisy."""

    def as_json(self) -> Mapping[str, Any]:
        run = self.run
        return {
            "stack": self.stack,
            "region": self.inputs.region,
            **({} if self.commands is None else {"commands": self.commands}),
            "limitsReached": [{"limit": hop, "second": second} for hop, second in run.reached.items()],
            "hops": [
                {"hop": use.hop, "unit": use.unit, "peak": use.peak, "limit": use.limit, "headroom": use.headroom}
                for use in uses(self.inputs, run)
            ],
            "orders": {
                "published": run.published,
                "stored": run.stored,
                "dead": run.dead,
                "rejected": run.rejected,
                "expired": run.expired,
                "refused": run.refused,
                "waiting": run.waiting,
                "inFlight": run.in_flight,
            },
            "oldestSeconds": run.oldest_seconds,
            **self._customers(),
            "drainSeconds": run.drained_after,
            "dollars": self._dollars(),
            "pricesAsOf": prices.AS_OF.isoformat(),
            "assumptions": list(self._assumed()),
            "timeline": {
                "published": _rounded(run.timeline.published),
                "backlog": _rounded(run.timeline.backlog),
                "oldestSeconds": _rounded(run.timeline.oldest_seconds),
                "concurrency": _rounded(run.timeline.concurrency),
                "throttled": _rounded(run.timeline.throttled),
            },
        }

    def page(self) -> Group:
        return Group(self._facts(), self._hops(), self._chart(), self._assumptions())

    def _orders(self) -> Mapping[str, float]:
        run = self.run
        return {
            "published": run.published,
            "stored": run.stored,
            "valid in OrderDLQ": run.dead,
            "invalid in OrderDLQ": run.rejected,
            "expired": run.expired,
            "refused by SNS": run.refused,
            "waiting": run.waiting + run.in_flight,
        }

    def _customers(self) -> Mapping[str, Any]:
        if not self.grouped:
            return {}
        grouped = {
            "oldestSeconds": self.grouped.oldest_seconds,
            "othersOldestSeconds": self.grouped.others_oldest_seconds,
        }
        return {"othersOldestSeconds": self.run.others_oldest_seconds, "withMessageGroups": grouped}

    def _assumed(self) -> Iterator[str]:
        return assumptions(self.inputs, self.run, has_noisiest=self.grouped is not None)

    def _dollars(self) -> float:
        return dollars(self.costs, self.run)

    def _facts(self) -> Table:
        run, table = self.run, _rows()
        if self.commands is not None:
            table.add_row("settings", "as above" if self.commands else "hold as they are")
        for number, (hop, second) in enumerate(run.reached.items()):
            table.add_row("limits reached" if not number else "", cell(f"{hop}, after {timedelta(seconds=second)}"))
        if not run.reached:
            table.add_row("limits reached", "none")
        for name, orders in self._orders().items():
            if name in {"published", "stored"} or orders >= 1:
                table.add_row(cell(f"orders {name}"), f"{orders:,.0f}")
        for name, seconds in self._oldest().items():
            table.add_row(name, seconds)
        table.add_row("queue is empty", _drained(run))
        table.add_row("dollars", f"{self._dollars():,.2f} (US East list prices, {prices.AS_OF:%B %Y})")
        return table

    def _oldest(self) -> Mapping[str, str]:
        run, grouped = self.run, self.grouped
        if not grouped:
            return {"oldest order": _time(run.oldest_seconds)}
        pairs = {
            "oldest order": (run.oldest_seconds, grouped.oldest_seconds),
            "of other customers": (run.others_oldest_seconds, grouped.others_oldest_seconds),
        }
        return {name: f"{_time(one)}, with message groups {_time(two)}" for name, (one, two) in pairs.items()}

    def _hops(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in (f"stack {self.stack}, {self.inputs.region}", "peak", "limit", "", "headroom"):
            table.add_column(heading, justify="left" if heading.startswith("stack") or not heading else "right")
        for use in uses(self.inputs, self.run):
            numbers = f"{use.peak:,.4g}" if use.peak < 1 else f"{use.peak:,.0f}", f"{use.limit:,.0f}"
            table.add_row(cell(use.hop), *numbers, cell(use.unit), f"{use.headroom:.0%}")
        return table

    def _chart(self) -> Table:
        table = _rows()
        for name, numbers in series(self.run, self.grouped).items():
            parts = highest_in_parts(numbers, CHART_WIDTH)
            table.add_row(cell(name), bars(parts, max(parts)), f"█ is {max(parts):,.0f}" if max(parts) else "0")
        table.add_row("", f"{timedelta(seconds=len(self.run.timeline.published))} in all")
        return table

    def _assumptions(self) -> Table:
        table = _rows()
        for number, line in enumerate(self._assumed()):
            table.add_row("" if number else "assumptions", cell(line))
        return table


def _rows() -> Table:
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))


def _time(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _drained(run: Run) -> str:
    if run.drained_after is None:
        return f"not within {timedelta(seconds=DRAIN_SECONDS)} after the profile"
    return f"{timedelta(seconds=run.drained_after)} after the profile" if run.drained_after else "at the end"


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [round(number, 3) for number in numbers]
