"""A preview before the first deployment: the resources that it shows, and the settings that it rejects."""

import pytest
from pulumi.automation import CommandError, OpType

from tests.engine.conftest import RESOURCES
from tests.support.deployment import Deployment


def test_a_preview_shows_everything_and_makes_nothing(fresh: Deployment) -> None:
    assert fresh.stack.preview().change_summary == {OpType.CREATE: RESOURCES}
    assert fresh.is_empty()


def test_a_bad_setting_fails_the_preview_with_all_that_is_wrong_and_nothing_is_made(fresh: Deployment) -> None:
    fresh.set("visibilityTimeoutSeconds", "4")
    fresh.set("batchSize", "20")
    with pytest.raises(CommandError) as raised:
        fresh.stack.preview()
    message = " ".join(str(raised.value).split())
    assert (
        "error: the settings of this stack cannot be deployed. "
        "visibilityTimeoutSeconds is 4, but must be at least 5: "
        "processorTimeoutSeconds is 5, and an order must stay hidden while its batch can still run. "
        "pulumi config --stack dev set visibilityTimeoutSeconds 5"
    ) in message
    assert "pulumi config --stack dev set batchingWindowSeconds 1" in message
    assert "Traceback" not in message
    assert fresh.is_empty()


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("batchSize", "many", "configuration key 'batchSize' must be of type 'integer'"),
        ("visibiltyTimeoutSeconds", "60", "did you mean visibilityTimeoutSeconds?"),
    ],
)
def test_a_setting_of_the_wrong_type_or_name_fails_the_preview(
    fresh: Deployment, setting: str, value: str, said: str
) -> None:
    fresh.set(setting, value)
    with pytest.raises(CommandError) as raised:
        fresh.stack.preview()
    assert said in str(raised.value)


def test_advice_that_is_not_followed_is_a_warning(fresh: Deployment) -> None:
    fresh.set("visibilityTimeoutSeconds", "10")
    output = " ".join(fresh.stack.preview().stdout.split())
    assert "warning: visibilityTimeoutSeconds is 10, but should be at least 30:" in output
