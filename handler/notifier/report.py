"""Logging what became of the events of a batch."""

from collections.abc import Mapping, Sequence

from handler.contract import EventMetric, RecordField
from handler.log import Log, Measurement
from handler.notifier.failure import Failure
from handler.notifier.telling import State, Telling

_METRICS = {
    State.TOLD: EventMetric.TOLD,
    State.DELAYED: EventMetric.DELAYED,
    State.GIVEN_UP: EventMetric.GIVEN_UP,
}
_WAITS = Failure("waits for an earlier event of the order", "waits for an earlier event of the order")


class EventReport:
    """Writes the records of a batch, so that the log explains each event that was not told at once."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def log_batch(self, tellings: Sequence[Telling]) -> None:
        """Write a record for the batch, one for each event that was given up, and one for each cause of a delay."""
        by_state = {state: [telling for telling in tellings if telling.state == state] for state in _METRICS}
        found = {state: group for state, group in by_state.items() if group}
        if found:
            ids = {str(state): [telling.order_id for telling in group] for state, group in found.items()}
            counts = [Measurement(_METRICS[state], "Count", [len(group)]) for state, group in found.items()]
            self._log.info("batch told", ids, counts)
        for telling in by_state[State.GIVEN_UP]:
            self._log.error("event given up", _fields(telling.failure, {RecordField.ORDER_ID: telling.order_id}))
        causes: dict[Failure | None, list[str]] = {}
        for telling in by_state[State.DELAYED]:
            causes.setdefault(telling.failure, []).append(telling.order_id)
        for failure, order_ids in causes.items():
            self._log.warning("events delayed", _fields(failure, {RecordField.ORDER_IDS: order_ids}))


def _fields(failure: Failure | None, about: Mapping[str, object]) -> dict[str, object]:
    failure = failure or _WAITS
    fields = {**about, RecordField.REASON: failure.reason, RecordField.SIGNATURE: failure.signature}
    return {**fields, RecordField.EXCEPTION: failure.exception} if failure.exception else fields
