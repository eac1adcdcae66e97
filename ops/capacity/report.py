"""What a run says about a stack: the use of each hop, the dollars, and the assumptions behind the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.mapping_limits import NOT_RESERVED
from ops.capacity import limits
from ops.capacity.inputs import CapacityInputs
from ops.capacity.run import Hop, Run
from ops.cost import OURS, SECONDS_A_DAY, CostInputs, in_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The highest use of a hop."""

    hop: Hop
    unit: str
    peak: float
    limit: float

    @property
    def headroom(self) -> float:
        """The share of the limit that is left."""
        return max(0.0, 1 - self.peak / self.limit) if self.limit else 0.0


def uses(inputs: CapacityInputs, run: Run) -> Sequence[Use]:
    seen = run.timeline
    timeout = inputs.processor_timeout_seconds
    full_batch = inputs.batch_seconds(inputs.batch_size)
    return (
        Use(hop=Hop.PUBLISH, unit="orders/s", peak=max(seen.published), limit=limits.publishes(inputs.region).value),
        Use(hop=Hop.IN_FLIGHT, unit="orders", peak=max(seen.in_flight), limit=limits.IN_FLIGHT.value),
        Use(hop=Hop.MAPPING_CONCURRENCY, unit="batches", peak=max(seen.concurrency), limit=inputs.most_concurrent),
        Use(hop=Hop.FUNCTION_CONCURRENCY, unit="batches", peak=max(seen.executions), limit=inputs.function_concurrency),
        Use(hop=Hop.TIMEOUT, unit="s", peak=full_batch, limit=timeout),
        Use(hop=Hop.TABLE, unit="writes/s", peak=max(seen.written), limit=run.table_writes),
        *_hottest(run),
        Use(hop=Hop.RETENTION, unit="s", peak=run.oldest_seconds, limit=inputs.message_retention_seconds),
    )


def _hottest(run: Run) -> Sequence[Use]:
    most, limit = max(run.timeline.hottest), limits.PARTITION_WRITES.value
    return [Use(hop=Hop.PARTITION, unit="writes/s", peak=most, limit=limit)] if most else []


def dollars(inputs: CostInputs, run: Run) -> float:
    """The cost of the orders in the run, without retries."""
    seconds = len(run.timeline.published)
    batch = max(1.0, run.stored / run.invocations) if run.invocations else 1.0
    per_million = in_batches(inputs, max(run.published, 1) / seconds * SECONDS_A_DAY, batch).total(OURS)
    return per_million * run.published / 1e6


def assumptions(inputs: CapacityInputs, run: Run) -> Iterator[str]:
    """Yield what the model assumes about each limit that was reached, and about every run."""
    pollers = inputs.maximum_pollers
    growth = [limits.POLLER_GROWTH] if pollers else [limits.MAPPING_START, limits.MAPPING_GROWTH]
    deciding = {
        Hop.PUBLISH: [limits.publishes(inputs.region)],
        Hop.IN_FLIGHT: [limits.IN_FLIGHT],
        Hop.GROWTH: [*growth, limits.COLD_START_SECONDS[inputs.architecture]],
        Hop.MAPPING_CONCURRENCY: [limits.POLLER_MESSAGES if pollers else limits.MESSAGES],
        Hop.FUNCTION_CONCURRENCY: [limits.ACCOUNT_CONCURRENCY, limits.INVOCATIONS],
        Hop.PARTITION: [limits.PARTITION_WRITES],
        Hop.TABLE: [limits.TABLE_WRITES, limits.TABLE_DOUBLING_SECONDS],
    }
    for hop in run.reached:
        yield from map(str, deciding.get(hop, ()))
    seconds = inputs.batch_seconds(inputs.batch_size)
    yield f"A full batch takes {seconds * 1000:,.1f} ms. `make bench` measured it, with 5 ms for a request to DynamoDB."
    spread = "except for one order" if max(run.timeline.hottest) else "all of them"
    yield f"Orders are new, smaller than 1 KB, and spread evenly over the partitions of the table, {spread}."
    if inputs.reserved_concurrency != NOT_RESERVED:
        yield "No deployment happens. In published runs, one doubled the concurrency for a while: reserve some more."
    if pollers:
        yield "The dollars do not contain the hours of provisioned pollers."
    if run.timeline.throttled and any(run.timeline.throttled):
        yield "A throttled order returns to the queue after its visibility timeout. Pollers do not slow down."
