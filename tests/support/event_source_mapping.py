"""A shard of the table's stream, and Lambda's event source mapping on it, in a time that a test sets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.fake_sqs import Clock

Record = Mapping[str, Any]


class Crashed(BaseException):
    """The function crashed or timed out. No code of the handler catches this."""


@dataclass
class Shard:
    """The records of some orders, and how far the mapping has read them.

    The mapping gives the function one batch at a time. After a partial response it gives it the batch from the lowest
    failed record on again. After a crash it gives it each half. It discards records that have become too old.
    """

    clock: Clock
    batch_size: int
    max_age: float
    records: list[Record] = field(default_factory=list)
    discarded: list[Record] = field(default_factory=list)
    _read: int = 0
    _batches: list[list[Record]] = field(default_factory=list)
    """Batches and parts of batches that the function has to process before the mapping reads on."""

    def add(self, record: Record) -> None:
        change = {**record["dynamodb"], "ApproximateCreationDateTime": self.clock.now}
        self.records.append({**record, "dynamodb": change})

    @property
    def is_done(self) -> bool:
        return self._read == len(self.records) and not self._batches

    def deliver(self, function: Callable[[Sequence[Record]], Sequence[str]]) -> None:
        """Call the function with a batch, if there is one. It returns the sequence numbers of the failed records."""
        batch = self._next_batch()
        if not batch:
            return
        try:
            failed = function(batch)
        except Crashed:
            half = len(batch) // 2
            self._batches[:0] = [batch[:half], batch[half:]] if half else [batch]
            return
        numbers = [number(record) for record in batch]
        assert set(failed) <= set(numbers), "Lambda would retry the whole batch"
        if failed:
            self._batches.insert(0, batch[min(map(numbers.index, failed)) :])

    def _next_batch(self) -> list[Record]:
        if self._batches:
            batch = self._batches.pop(0)
        else:
            batch = self.records[self._read : self._read + self.batch_size]
            self._read += len(batch)
        oldest = self.clock.now - self.max_age
        self.discarded += [record for record in batch if changed_at(record) <= oldest]
        return [record for record in batch if changed_at(record) > oldest]


def number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def changed_at(record: Record) -> float:
    return float(record["dynamodb"]["ApproximateCreationDateTime"])
