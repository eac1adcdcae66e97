"""What an instance remembers of records that come again."""

import pytest

from handler.notifier.failure import Failure
from handler.notifier.memory import LONE_FAILURE_SECONDS, MAX_RECORDS, Memory
from handler.notifier.telling import State, Telling
from tests.support.stream_records import item, stream_record

THROTTLED = Failure("slow down", "Throttled")


def telling(name: str, state: State, *, age: float = 0, number: int = 0, failure: Failure | None = None) -> Telling:
    one = Telling(stream_record(item(name), age=age, number=number))
    one.state, one.failure = state, failure
    return one


@pytest.mark.parametrize(
    ("state", "comes_again"),
    [(State.TOLD, False), (State.GIVEN_UP, False), (State.NOTHING_TO_TELL, False), (State.DELAYED, True)],
)
def test_a_settled_record_is_not_looked_at_again(state: State, comes_again: bool) -> None:
    memory, one = Memory(), telling("O1", state)
    memory.keep([one])
    assert memory.unsettled([Telling(one.record)]) == [] or comes_again
    assert bool(memory.unsettled([Telling(one.record)])) is comes_again


def test_another_record_of_the_same_order_is_not_mistaken_for_a_settled_one() -> None:
    memory = Memory()
    memory.keep([telling("O1", State.TOLD, number=1)])
    others = [telling("O1", State.DELAYED, number=2), telling("O2", State.DELAYED, number=1)]
    assert memory.unsettled(others) == others


def test_only_the_latest_records_are_remembered() -> None:
    memory = Memory()
    records = [telling(f"O{number}", State.TOLD, number=number) for number in range(1, MAX_RECORDS + 2)]
    memory.keep(records)
    assert memory.unsettled(records) == records[:1]


@pytest.mark.parametrize(
    ("seconds", "fails_alone"), [(LONE_FAILURE_SECONDS - 10, False), (LONE_FAILURE_SECONDS + 10, True)]
)
def test_an_event_fails_alone_once_it_has_failed_long_enough_while_others_were_told(
    seconds: int, fails_alone: bool
) -> None:
    memory = Memory()
    memory.keep([telling("O1", State.DELAYED, number=1, age=100, failure=THROTTLED), telling("O2", State.TOLD)])
    memory.keep([telling("O1", State.DELAYED, number=1, age=200, failure=THROTTLED), telling("O3", State.TOLD)])
    assert memory.fails_alone(telling("O1", State.DELAYED, number=1, age=100 + seconds)) is fails_alone


def test_an_event_does_not_fail_alone_while_nothing_is_told() -> None:
    memory = Memory()
    memory.keep([telling("O1", State.DELAYED, number=1, failure=THROTTLED), telling("O2", State.GIVEN_UP)])
    assert not memory.fails_alone(telling("O1", State.DELAYED, number=1, age=10_000))


def test_an_event_that_waits_for_an_earlier_one_does_not_fail() -> None:
    memory = Memory()
    memory.keep([telling("O1", State.DELAYED, number=1), telling("O2", State.TOLD)])
    assert not memory.fails_alone(telling("O1", State.DELAYED, number=1, age=10_000))
