"""What an instance remembers of records that come again."""

import pytest

from handler.notifier.failure import Failure
from handler.notifier.memory import LONE_FAILURE_SECONDS, MAX_RECORDS, Memory
from handler.notifier.telling import State, Telling
from tests.support.fake_sqs import Clock
from tests.support.stream_records import item, stream_record

THROTTLED = Failure("slow down", "Throttled")


def telling(name: str, state: State, *, number: int = 0, failure: Failure | None = None) -> Telling:
    one = Telling(stream_record(item(name), number=number))
    one.state, one.failure = state, failure
    return one


@pytest.mark.parametrize(
    ("state", "comes_again"),
    [(State.TOLD, False), (State.GIVEN_UP, False), (State.NOTHING_TO_TELL, False), (State.DELAYED, True)],
)
def test_a_settled_record_is_not_looked_at_again(state: State, comes_again: bool) -> None:
    memory, one = Memory(Clock()), telling("O1", state)
    memory.keep([one])
    assert memory.unsettled([Telling(one.record)]) == [] or comes_again
    assert bool(memory.unsettled([Telling(one.record)])) is comes_again


def test_another_record_of_the_same_order_is_not_mistaken_for_a_settled_one() -> None:
    memory = Memory(Clock())
    memory.keep([telling("O1", State.TOLD, number=1)])
    others = [telling("O1", State.DELAYED, number=2), telling("O2", State.DELAYED, number=1)]
    assert memory.unsettled(others) == others


def test_only_the_latest_records_are_remembered() -> None:
    memory = Memory(Clock())
    records = [telling(f"O{number}", State.TOLD, number=number) for number in range(1, MAX_RECORDS + 2)]
    memory.keep(records)
    assert memory.unsettled(records) == records[:1]


class Batches:
    """Batches that an instance tells one after another, and what it then knows about the order O1."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._memory = Memory(self.clock)

    def tell(self, *tellings: Telling, after: float = 0) -> None:
        self.clock.now += after
        self._memory.keep(tellings)

    def fails_alone(self, *, after: float) -> bool:
        self.clock.now += after
        return self._memory.fails_alone(telling("O1", State.DELAYED))


FAILED = telling("O1", State.DELAYED, failure=THROTTLED)
OTHER = telling("O2", State.TOLD)


def test_an_order_fails_alone_once_it_has_failed_long_enough_beside_an_event_that_was_told() -> None:
    batches = Batches()
    batches.tell(FAILED, OTHER)
    assert not batches.fails_alone(after=LONE_FAILURE_SECONDS - 1)
    assert batches.fails_alone(after=1)


def test_orders_that_fail_together_do_not_fail_alone_because_the_topic_may_be_the_cause() -> None:
    batches = Batches()
    batches.tell(FAILED, telling("O3", State.DELAYED, failure=THROTTLED), OTHER)
    assert not batches.fails_alone(after=LONE_FAILURE_SECONDS)


def test_it_still_fails_alone_when_the_others_of_its_batch_are_settled() -> None:
    batches = Batches()
    batches.tell(FAILED, OTHER)
    for _ in range(3):
        batches.tell(FAILED, after=LONE_FAILURE_SECONDS / 2)
    assert batches.fails_alone(after=0)


def test_the_next_versions_of_an_order_that_fails_alone_delay_no_other_either() -> None:
    batches = Batches()
    batches.tell(FAILED, OTHER)
    batches.tell(telling("O1", State.GIVEN_UP, failure=THROTTLED), after=LONE_FAILURE_SECONDS)
    assert batches.fails_alone(after=LONE_FAILURE_SECONDS)


def test_an_order_that_was_told_again_fails_no_longer() -> None:
    batches = Batches()
    batches.tell(FAILED, OTHER)
    batches.tell(telling("O1", State.TOLD), after=LONE_FAILURE_SECONDS)
    assert not batches.fails_alone(after=0)


def test_a_failure_long_ago_says_nothing_about_a_new_one() -> None:
    batches = Batches()
    batches.tell(FAILED, OTHER)
    assert not batches.fails_alone(after=LONE_FAILURE_SECONDS + 1)
    batches.tell(FAILED, OTHER)
    assert not batches.fails_alone(after=LONE_FAILURE_SECONDS - 1)


@pytest.mark.parametrize(
    "beside",
    [
        telling("O2", State.GIVEN_UP, failure=THROTTLED),
        telling("O2", State.DELAYED, failure=THROTTLED),
        telling("O1", State.TOLD),
    ],
)
def test_an_order_does_not_fail_alone_while_no_other_is_told(beside: Telling) -> None:
    batches = Batches()
    batches.tell(FAILED, beside)
    assert not batches.fails_alone(after=LONE_FAILURE_SECONDS)


@pytest.mark.parametrize("failure", [None, Failure("r", "InvalidParameter", is_permanent=True)])
def test_an_event_that_waits_or_can_never_be_told_says_nothing_about_its_order(failure: Failure | None) -> None:
    batches = Batches()
    batches.tell(telling("O1", State.DELAYED, failure=failure), OTHER)
    assert not batches.fails_alone(after=LONE_FAILURE_SECONDS)
