"""The renewal of leases, with a clock that the test sets."""

import time

import pytest

from ops.dead_letters.lease import LeaseRenewal
from tests.support.waiting import eventually


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("passed", "renewals"), [(0, 0), (40, 0), (41, 1), (119, 1)])
def test_leases_are_renewed_after_a_third_of_their_time(passed: float, renewals: int) -> None:
    clock, renewed = Clock(), list[float]()
    renewal = LeaseRenewal(lambda: renewed.append(clock.now), 120, clock=clock)
    clock.now += passed
    renewal.renew_if_due()
    assert len(renewed) == renewals


def test_a_renewal_counts_from_the_one_before_it() -> None:
    clock, renewed = Clock(), list[float]()
    renewal = LeaseRenewal(lambda: renewed.append(clock.now), 120, clock=clock)
    for _ in range(12):
        clock.now += 20
        renewal.renew_if_due()
    assert renewed == [1060, 1120, 1180, 1240]


def test_leases_are_renewed_in_the_background_until_the_block_ends() -> None:
    renewed: list[float] = []
    renewal = LeaseRenewal(lambda: renewed.append(time.monotonic()), 0.05)
    with renewal.in_background():
        eventually(lambda: len(renewed) > 2, "three renewals")
    count = len(renewed)
    time.sleep(0.1)
    assert len(renewed) == count
