"""The table of claims in docs/aws.md: it says who has judged which claim, and cannot say more."""

from collections.abc import Mapping

import pytest

from tests.judges.claims import CLAIMS
from tests.judges.judge import Judge
from tests.judges.recording import recorded, updated, write
from tests.judges.table import PAGE, page, table
from tests.judges.trials import Trial, marked

ENGINE, HOST = Trial("destroy", Judge.ENGINE), Trial("bad-setting", Judge.LANGUAGE_HOST)
MOST_UNJUDGED = 8


def test_the_table_is_that_of_the_markers_and_the_record() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def row(claim: str, record: Mapping[Trial, str]) -> str:
    [found] = [line for line in table({ENGINE, HOST}, record) if line.startswith(f"| {CLAIMS[claim].text} |")]
    return found.split(" | ")[1]


def test_a_row_names_the_judge_and_the_date_of_the_last_pass() -> None:
    assert row("destroy", {ENGINE: "2026-11-27"}) == "Pulumi's own code: the Pulumi engine (2026-11-27)"


def test_a_judge_that_has_not_passed_shows_as_not_run() -> None:
    assert row("destroy", {}) == "Pulumi's own code: the Pulumi engine (not run)"


def test_a_claim_without_a_judge_shows_the_reason() -> None:
    assert row("mails", {}) == "nobody yet: nothing here sends mails"


def test_a_recorded_trial_without_a_marker_is_an_error() -> None:
    with pytest.raises(ValueError, match="no test has this marker") as raised:
        list(table({ENGINE}, {Trial("mails", Judge.LOCALSTACK): "2026-11-27"}))
    assert "LocalStack passed 'mails'" in str(raised.value)


def test_a_pass_gets_the_date_of_the_run_a_failure_leaves_the_record_and_the_others_stay() -> None:
    skipped = Trial("autonaming", Judge.ENGINE)
    before = {ENGINE: "2026-01-01", HOST: "2026-01-02", skipped: "2026-01-03"}
    assert updated(before, {ENGINE: True, HOST: False}, "2026-11-27") == {ENGINE: "2026-11-27", skipped: "2026-01-03"}


TESTS = """
import pytest

@pytest.fixture
def have():
    pytest.skip("no judge")

@pytest.mark.judged(Judge.ENGINE, "destroy")
@pytest.mark.parametrize("result", [True, True])
def test_passes(result):
    assert result

@pytest.mark.judged(Judge.ENGINE, "autonaming")
@pytest.mark.parametrize("result", [False, True])
def test_fails_once(result):
    assert result

@pytest.mark.judged(Judge.LANGUAGE_HOST, "bad-setting", "pulumi-install")
def test_is_skipped(have):
    assert have
"""
HEADER = "from tests.judges.judge import Judge\n"


def test_a_run_records_the_trials_whose_tests_all_passed(pytester: pytest.Pytester) -> None:
    path = pytester.path / "record.json"
    write({Trial("autonaming", Judge.ENGINE): "2026-01-01", HOST: "2026-01-02"}, path)
    pytester.makepyfile(HEADER + TESTS)
    ran = pytester.runpytest_subprocess("-p", "tests.judges.recording", "--judges-record", path, "-n", "2")
    ran.assert_outcomes(passed=3, failed=1, skipped=1)
    found = recorded(path)
    assert found.keys() == {ENGINE, HOST}
    assert found[HOST] == "2026-01-02"
    assert found[ENGINE] > "2026-11"


def test_a_marker_with_an_unknown_claim_stops_the_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HEADER + TESTS.replace('"destroy"', '"no-claim"'))
    ran = pytester.runpytest_subprocess("-p", "tests.judges.recording", "--collect-only")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: *::test_passes*: tests/judges/claims.py has no claim 'no-claim'"])


def test_few_claims_have_no_judge_and_each_says_why() -> None:
    judged = {trial.claim for trial in marked()}
    unjudged = {name: claim.why_nobody for name, claim in CLAIMS.items() if name not in judged}
    assert [name for name, reason in unjudged.items() if not reason] == []
    assert len(unjudged) <= MOST_UNJUDGED
