"""Orders and their events on the whole system."""
# ruff: noqa: F403 - pytest collects the imported tests

from typing import Any

import pytest

from tests.judges.judge import Judge
from tests.support.pipeline import Pipeline
from tests.system.test_events import *
from tests.system.test_flow import *
from tests.system.test_flow import (
    test_a_poison_order_gets_to_the_dead_letters_after_exactly_3_receives_and_its_neighbours_are_stored as poison_order,
)


@pytest.mark.judged(Judge.LOCALSTACK, "poison-order")  # type: ignore[no-redef]  # in the place of the imported test
def test_a_poison_order_gets_to_the_dead_letters_after_exactly_3_receives_and_its_neighbours_are_stored(
    pipeline: Pipeline, held_back: Any
) -> None:
    poison_order(pipeline, held_back)
