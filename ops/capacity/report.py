"""What a run says about a stack: the use of each hop, the dollars, and the assumptions behind the answer."""

from collections.abc import Iterator, Mapping, Sequence
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
        Use(hop=Hop.FUNCTION_CONCURRENCY, unit="executions", peak=_executions(run), limit=inputs.function_concurrency),
        Use(hop=Hop.TIMEOUT, unit="s", peak=full_batch, limit=timeout),
        _table(run),
        *_hottest(run),
        Use(hop=Hop.RETENTION, unit="s", peak=run.oldest_seconds, limit=inputs.message_retention_seconds),
    )


def _executions(run: Run) -> float:
    """The executions that the function needs: for its batches, or for as many invocations a second."""
    seen = run.timeline
    return max(*seen.executions, max(seen.invocations) / limits.INVOCATIONS.value)


def _table(run: Run) -> Use:
    """The second in which the table had the least headroom: its limit grows."""
    seconds = zip(run.timeline.written, run.timeline.table_limit, strict=True)
    peak, limit = max(seconds, key=lambda second: second[0] / second[1])
    return Use(hop=Hop.TABLE, unit="writes/s", peak=peak, limit=limit)


def _hottest(run: Run) -> Sequence[Use]:
    most, limit = max(run.timeline.hottest), limits.PARTITION_WRITES.value
    return [Use(hop=Hop.PARTITION, unit="writes/s", peak=most, limit=limit)] if most else []


def dollars(inputs: CostInputs, run: Run) -> float:
    """The cost of the orders in the run, without the log records of failures."""
    if not run.published:
        return 0.0
    seconds = len(run.timeline.published)
    # Retries are invocations too, so fewer published orders share each of them.
    batch = max(1.0, run.published / run.invocations) if run.invocations else 1.0
    cost = in_batches(inputs, max(run.published, 1) / seconds * SECONDS_A_DAY, batch)
    return cost.total(OURS, sum(run.timeline.written) / run.published) * run.published / 1e6


def assumptions(inputs: CapacityInputs, run: Run, *, has_noisiest: bool = False) -> Iterator[str]:
    """Yield what the model assumes about each limit that was reached, every run, and the noisiest customer."""
    pollers = inputs.maximum_pollers
    growth = [limits.POLLER_GROWTH] if pollers else [limits.MAPPING_START, limits.MAPPING_GROWTH]
    deciding: Mapping[Hop, Sequence[limits.Limit | str]] = {
        Hop.PUBLISH: [limits.publishes(inputs.region)],
        Hop.IN_FLIGHT: [limits.IN_FLIGHT],
        Hop.GROWTH: [*growth, limits.COLD_START_SECONDS[inputs.architecture]],
        Hop.MAPPING_CONCURRENCY: [
            limits.POLLER_MESSAGES if pollers else limits.MESSAGES,
            *([] if pollers or inputs.maximum_concurrency else [limits.MAPPING_MOST]),
        ],
        Hop.FUNCTION_CONCURRENCY: [_function_concurrency(inputs), limits.INVOCATIONS],
        Hop.PARTITION: [limits.PARTITION_WRITES],
        Hop.TABLE: [_table_writes(inputs), limits.TABLE_DOUBLING_SECONDS],
    }
    for hop in run.reached:
        yield from map(str, deciding.get(hop, ()))
    seconds = inputs.batch_seconds(inputs.batch_size)
    yield f"A full batch takes {seconds * 1000:,.1f} ms. `make bench` measured it, with 5 ms for a request to DynamoDB."
    yield "Orders are new, smaller than 1 KB, and spread evenly over the partitions of the table."
    if max(run.timeline.hottest):
        yield "The versions of one order share a partition, and the processor writes the last one of each batch."
    if inputs.reserved_concurrency != NOT_RESERVED:
        yield "No deployment happens. In published runs, one doubled the concurrency for a while: reserve some more."
    if pollers:
        yield "The dollars do not contain the hours of provisioned pollers."
    if any(run.timeline.throttled):
        yield "A throttled order returns to the queue after its visibility timeout. Pollers do not slow down."
    if has_noisiest:
        yield str(limits.NOISY_SHARE)
        yield "The orders of all customers take the same time. Each other customer has less than this share."
        yield "The noisiest customer has the same share of all invalid, all throttled and all other orders."
        yield "With message groups, SQS always returns the orders of a noisy customer last. AWS publishes no delay."


def _function_concurrency(inputs: CapacityInputs) -> limits.Limit | str:
    used = inputs.function_concurrency
    if inputs.reserved_concurrency != NOT_RESERVED:
        return f"The function has the concurrent executions of reservedConcurrency: {used:,g}."
    if used != limits.ACCOUNT_CONCURRENCY.value:
        return f"The account leaves concurrent executions to the function: {used:,g} (as given, or as AWS says)."
    return limits.ACCOUNT_CONCURRENCY


def _table_writes(inputs: CapacityInputs) -> limits.Limit | str:
    if 0 < (most := inputs.maximum_table_writes) <= inputs.table_writes:
        return f"The table takes {most:,g} writes a second, its maximum, and never more."
    if (used := inputs.table_writes) != limits.TABLE_WRITES.value:
        return f"The warm throughput of the table is {used:,g} writes a second (as given, or as AWS says)."
    return limits.TABLE_WRITES
