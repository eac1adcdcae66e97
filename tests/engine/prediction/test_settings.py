"""Each setting is changed, and changed back: the review says what happens to the orders."""

import pytest

from tests.engine.prediction.changes import SETTINGS
from tests.engine.prediction.prediction import predict
from tests.engine.prediction.system import Sandbox
from tests.support.prediction import BACK


@pytest.mark.parametrize(("setting", "value"), SETTINGS.items())
def test_a_setting_in_both_directions(box: Sandbox, setting: str, value: str) -> None:
    try:
        box.deployed.set(setting, value)
        assert predict(box.deployed, setting).faults() == []
        box.deployed.reset(setting)
        assert predict(box.deployed, f"{setting}{BACK}").faults() == []
    except BaseException:
        box.deployed.reset(setting)
        box.restore()
        raise


@pytest.mark.parametrize(("setting", "value"), [("visibilityTimeoutSeconds", "4"), ("visibiltyTimeout", "60")])
def test_a_wrong_setting(box: Sandbox, setting: str, value: str) -> None:
    try:
        box.deployed.set(setting, value)
        assert predict(box.deployed, f"a wrong {setting}").faults() == []
    finally:
        box.deployed.reset(setting)
