"""The last comparison with the emulator, which `make bench` recorded."""

import json

import pytest

from bench.report import CAPACITY_FIGURES, Capacity

RECORDED = Capacity(**json.loads(CAPACITY_FIGURES.read_text()))


def test_the_model_is_within_15_percent_of_the_emulator() -> None:
    assert RECORDED.model_backlog == pytest.approx(RECORDED.backlog, rel=0.15)
    assert RECORDED.model_drain_seconds == pytest.approx(RECORDED.drain_seconds, rel=0.15)
