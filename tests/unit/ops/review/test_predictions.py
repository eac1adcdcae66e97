"""The rules of today, over the previews that the prediction tests recorded with what then happened to the orders."""

import json
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from infra.config import KEYS
from ops.review.live import Live
from ops.review.preview import UNKNOWN, read_preview
from ops.review.review import review
from tests.engine.prediction.changes import PROGRAM, SETTINGS
from tests.support.prediction import TOO_STRICT, Outcome, Prediction
from tests.support.recordings import WANTED, Recording, record, recordings


@pytest.fixture(scope="module")
def predictions() -> Mapping[str, Prediction]:
    return {
        one.change: Prediction(
            change=one.change, review=review(read_preview(one.preview), one.live), outcome=one.outcome
        )
        for one in recordings()
    }


def test_every_review_says_what_happened_to_the_orders(predictions: Mapping[str, Prediction]) -> None:
    assert [fault for one in predictions.values() for fault in one.faults()] == []


def test_few_harmless_changes_are_judged_too_strictly() -> None:
    assert len(TOO_STRICT) <= 2


def test_every_setting_is_tried() -> None:
    assert SETTINGS.keys() == KEYS.keys()


def test_every_change_is_recorded(predictions: Mapping[str, Prediction]) -> None:
    missing = (SETTINGS.keys() | PROGRAM.keys()) - predictions.keys()
    assert not missing, "`make record-previews` records them"


def test_a_recording_contains_nothing_that_differs_in_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = set()
    for port, random_id in (4566, uuid4()), (36689, uuid4()):
        monkeypatch.setenv(WANTED, str(tmp_path))
        state = {"id": str(random_id), "inputs": {"a": f"http://127.0.0.1:{port}/{random_id}", "b": UNKNOWN}}
        made = {"steps": [{"op": "same", "urn": "a", "newState": state}], "duration": port}
        outcome = Outcome(refused=False, lost=[f"S-{random_id.hex[:8]}"], interrupted=[], weaker=[])
        record(Recording(change="a", preview=json.dumps(made), live=Live(), outcome=outcome))
        texts.add((tmp_path / "a.json").read_text())
    [text] = texts
    assert UNKNOWN in text
