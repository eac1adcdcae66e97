"""Each setting is changed, and changed back: the review says what happens to the orders."""

import pytest

from tests.engine.prediction.changes import SETTINGS, TOGETHER
from tests.engine.prediction.prediction import predict
from tests.engine.prediction.system import Sandbox
from tests.support.prediction import BACK


@pytest.mark.parametrize(("setting", "value"), SETTINGS.items())
def test_a_setting_in_both_directions(box: Sandbox, setting: str, value: str) -> None:
    changes = {**TOGETHER.get(setting, {}), setting: value}
    try:
        for key, other in changes.items():
            box.deployed.set(key, other)
        assert predict(box.deployed, setting).faults() == []
        if setting in TOGETHER:
            box.renew()  # Not every provider of the tests can remove pollers.
            return
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
