"""The delivery budget against the specified numbers, worked out by hand."""

from infra.budget import delivery_budget
from infra.config import check, grouped
from tests.support.defaults import DEFAULTS


def test_the_budget_of_the_specified_numbers() -> None:
    assert delivery_budget(grouped(check(DEFAULTS)[0])).as_output() == {
        "earliestDeadLetterSeconds": 3 * 30,
        "latestDeadLetterSeconds": 4 * 24 * 3600,
        "leastDeadLetterDays": 14 - 4,
        "ordersPerSecond": 10 * 10 / 5,
    }
