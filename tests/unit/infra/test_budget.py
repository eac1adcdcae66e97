"""The delivery budget of the required numbers, compared with a calculation by hand."""

import pytest

from infra.budget import delivery_budget, figures
from infra.config import check, group
from tests.support.defaults import DEFAULTS


def test_the_budget_of_the_required_numbers() -> None:
    assert delivery_budget(group(check(DEFAULTS)[0]).by_key()).exports() == {
        "earliestDeadLetterSeconds": 3 * 30,
        "latestDeadLetterSeconds": 4 * 24 * 3600,
        "leastDeadLetterDays": 14 - 4,
        "ordersPerSecond": 10 * 10 / 5,
        "eventsPerSecond": 100 / 30,
    }


def test_a_system_that_tells_no_events_has_no_throughput_of_events() -> None:
    settings = group(check(DEFAULTS | {"orderEvents": "false"})[0]).by_key()
    assert delivery_budget(settings).events_per_second == 0


def test_pollers_or_the_limit_of_lambda_take_the_place_of_a_maximum_concurrency() -> None:
    unlimited = {"maximumConcurrency": "0"}
    for changes, batches in (unlimited, 1250), (unlimited | {"minimumPollers": "2", "maximumPollers": "5"}, 50):
        settings = group(check(DEFAULTS | changes)[0]).by_key()
        assert delivery_budget(settings).orders_per_second == batches * 10 / 5


def test_the_state_of_an_older_program_has_a_throughput_too() -> None:
    settings = group(check(DEFAULTS)[0]).by_key()
    settings.pop("maximumPollers")
    assert figures(settings)["orders_per_second"] == 10 * 10 / 5


@pytest.mark.parametrize(("maximum", "expected"), [(0, 20), (2, 2), (40_000, 20)])
def test_no_more_orders_are_promised_than_the_table_takes(maximum: int, expected: int) -> None:
    settings = {"maximumConcurrency": 10, "batchSize": 10, "processorTimeoutSeconds": 5}
    assert figures(settings | {"maximumTableWrites": maximum})["orders_per_second"] == expected
