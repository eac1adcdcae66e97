"""What a review says of a preview that failed."""

import pulumi
import pytest

from infra.config import SettingsError, load_settings
from ops.errors import NoAccess
from ops.review.drift import read_drift
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.review import review
from tests.support.previews import failed, preview
from tests.support.recorder import recorded_with

EXITED = "an unhandled error occurred: program exited with non-zero exit code: 1"


def refusal(config: dict[str, str], namespace: str = "orders") -> str:
    """The message of the program about its settings."""

    def program() -> None:
        load_settings(pulumi.Config(namespace))

    with pytest.raises(SettingsError) as raised:
        recorded_with(config, "dev", program)
    return str(raised.value)


def test_each_setting_that_breaks_a_rule_is_a_finding_with_its_remedy() -> None:
    message = refusal({"refund:batchSize": "20000", "refund:bachSize": "5"}, "refund")
    found = review(preview(errors=(message, EXITED)), Live())
    command = "`pulumi config --stack dev rm refund:{}`"
    assert found.findings == [
        Finding(
            verdict=Verdict.REFUSED,
            resource="",
            what="refund:bachSize is 5, but is not a setting of this project",
            why="did you mean batchSize?",
            instead=command.format("bachSize"),
        ),
        Finding(
            verdict=Verdict.REFUSED,
            resource="",
            what="refund:batchSize is 20000, but must be between 1 and 10000",
            why="The value is not valid. This command restores the default.",
            instead=command.format("batchSize"),
        ),
    ]


def test_a_drift_report_of_a_preview_that_failed_is_one_line() -> None:
    with pytest.raises(NoAccess) as raised:
        read_drift(failed(refusal({"orders:batchSize": "20000"}), EXITED))
    assert str(raised.value).endswith(
        "not compared: batchSize is 20000, but must be between 1 and 10000: The value is not valid. "
        "This command restores the default. pulumi config --stack dev rm batchSize"
    )


def test_another_error_is_one_line() -> None:
    [found] = review(preview(errors=("no access:\n  to the table",)), Live()).findings
    assert (found.what, found.why) == ("the preview failed", "no access: to the table")
