"""Each setting is changed, and changed back: the review says what happens to the orders."""

import pytest

from infra.config import KEYS
from tests.engine.prediction.changes import SETTINGS, TOO_STRICT
from tests.engine.prediction.prediction import BACK, predict
from tests.engine.prediction.system import Sandbox


def test_every_setting_is_tried() -> None:
    assert SETTINGS.keys() == KEYS.keys()


def test_few_harmless_changes_are_judged_too_strictly() -> None:
    assert len(TOO_STRICT) <= 2


@pytest.mark.parametrize(("setting", "value"), SETTINGS.items())
def test_a_setting_in_both_directions(box: Sandbox, setting: str, value: str) -> None:
    try:
        box.deployed.set(setting, value)
        assert predict(box.deployed).faults(setting) == []
        box.deployed.reset(setting)
        assert predict(box.deployed).faults(f"{setting}{BACK}") == []
    except BaseException:
        box.renew()
        raise


@pytest.mark.parametrize(("setting", "value"), [("visibilityTimeoutSeconds", "4"), ("visibiltyTimeout", "60")])
def test_a_wrong_setting(box: Sandbox, setting: str, value: str) -> None:
    try:
        box.deployed.set(setting, value)
        assert predict(box.deployed).faults(setting) == []
    finally:
        box.deployed.reset(setting)
