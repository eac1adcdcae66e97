"""Groups of failures with the same cause."""

from datetime import UTC, datetime, timedelta

from ops.dead_letters.failures import Failure
from ops.dead_letters.grouping import MAX_EXAMPLES, grouped

NOON = datetime(2025, 5, 3, 12, tzinfo=UTC)


def failure(kind: str = "transient", signature: str = "Throttling", *, attempt: int = 1) -> Failure:
    return Failure(message_id="m1", kind=kind, reason="why", signature=signature, attempt=attempt, max_attempts=3)


def test_groups_have_counts_and_times_and_the_largest_is_first() -> None:
    hours = [NOON + timedelta(hours=hour) for hour in (2, 0, 1)]
    groups = grouped(
        [
            (failure("invalid", "not JSON"), "m9", NOON),
            *((failure(attempt=attempt), f"m{attempt}", when) for attempt, when in enumerate(hours)),
        ]
    )
    assert [(group.kind, group.signature, group.count, group.first, group.last) for group in groups] == [
        ("transient", "Throttling", 3, NOON, NOON + timedelta(hours=2)),
        ("invalid", "not JSON", 1, NOON, NOON),
    ]
    assert groups[0].examples == ["m0", "m1", "m2"]


def test_groups_of_one_size_are_sorted_by_what_they_have_in_common() -> None:
    members = [(failure("invalid", signature), "m1", NOON) for signature in ("c", "a", "b")]
    assert [group.signature for group in grouped(members)] == ["a", "b", "c"]


def test_a_group_names_few_examples_each_once() -> None:
    [group] = grouped((failure(), f"m{number // 2}", NOON) for number in range(20))
    assert (group.count, group.examples) == (20, [f"m{number}" for number in range(MAX_EXAMPLES)])


def test_nothing_makes_no_groups() -> None:
    assert grouped([]) == []
