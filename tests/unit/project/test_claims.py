"""The table of claims in docs/aws.md: it says who has judged which claim, and cannot say more."""

from collections.abc import Mapping

import pytest

from tests.judges.claims import CLAIMS
from tests.judges.judge import Judge
from tests.judges.recording import outcomes, recorded, updated, write
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
    assert row("dead-letter-source", {}) == "nobody yet: no implementation here refuses such a queue"


def test_a_recorded_trial_without_a_marker_is_an_error() -> None:
    with pytest.raises(ValueError, match="no test has this marker") as raised:
        list(table({ENGINE}, {Trial("dashboard", Judge.LOCALSTACK): "2026-11-27"}))
    assert "LocalStack passed 'dashboard'" in str(raised.value)


OTHER = Trial("autonaming", Judge.ENGINE)


def test_a_pass_gets_the_date_of_the_run_a_failure_leaves_the_record_and_the_others_stay() -> None:
    before = {ENGINE: "2026-01-01", HOST: "2026-01-02", OTHER: "2026-01-03"}
    after = updated(before, before.keys(), {ENGINE: True, HOST: False}, "2026-11-27")
    assert after == {ENGINE: "2026-11-27", OTHER: "2026-01-03"}


def test_a_trial_that_no_test_marks_any_more_leaves_the_record() -> None:
    assert updated({ENGINE: "2026-01-01", HOST: "2026-01-02"}, {HOST}, {}, "2026-11-27") == {HOST: "2026-01-02"}


def test_a_trial_has_passed_only_if_all_of_its_tests_have() -> None:
    trials = {ENGINE: {"a", "b"}, HOST: {"b", "c"}, OTHER: {"c", "d"}}
    assert outcomes(trials, {"a", "b"}, {"d"}) == {ENGINE: True, OTHER: False}


TESTS = """
import os
import pytest
from tests.judges.judge import Judge

@pytest.fixture
def have():
    if "WITHOUT" in os.environ:
        pytest.skip("no judge")

@pytest.mark.judged(Judge.LANGUAGE_HOST, "bad-setting")
def test_needs_nothing():
    assert True

@pytest.mark.judged(Judge.LANGUAGE_HOST, "bad-setting")
def test_needs_a_judge(have):
    assert True

@pytest.mark.judged(Judge.ENGINE, "destroy")
@pytest.mark.parametrize("number", ["one", "two"])
def test_passes(number):
    if os.environ.get("INTERRUPTED") == number:
        raise KeyboardInterrupt
    assert number

@pytest.mark.judged(Judge.ENGINE, "autonaming")
@pytest.mark.parametrize("result", [False, True])
def test_fails_once(result):
    assert result
"""
LONG_AGO = "2026-01-01"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with tests of three trials, which passed long ago."""
    pytester.makeini("[pytest]\nmarkers = judged")
    (pytester.mkdir("tests") / "test_trials.py").write_text(TESTS)
    write(dict.fromkeys((ENGINE, OTHER, HOST), LONG_AGO), pytester.path / "record.json")
    return pytester


def record_of_run(project: pytest.Pytester, *options: str) -> Mapping[str, bool]:
    """Run the tests. Returns the claims in the record, and whether each has passed just now."""
    path = project.path / "record.json"
    project.runpytest_subprocess("-p", "tests.judges.recording", "--judges-record", path, *options)
    return {trial.claim: date != LONG_AGO for trial, date in recorded(path).items()}


def test_a_run_records_the_trials_whose_tests_all_passed(project: pytest.Pytester) -> None:
    assert record_of_run(project, "-n", "2") == {"destroy": True, "bad-setting": True}


def test_a_trial_with_a_skipped_or_a_deselected_test_keeps_its_date(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHOUT", "1")
    assert record_of_run(project, "-k", "not two") == {"destroy": False, "bad-setting": False}


def test_a_trial_that_was_interrupted_keeps_its_date(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERRUPTED", "two")
    assert record_of_run(project) == {"destroy": False, "autonaming": False, "bad-setting": True}


def test_a_marker_with_an_unknown_claim_stops_the_run(project: pytest.Pytester) -> None:
    (project.path / "tests/test_trials.py").write_text(TESTS.replace('"destroy"', '"no-claim"'))
    ran = project.runpytest_subprocess("-p", "tests.judges.recording", "--collect-only")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*::test_passes*: tests/judges/claims.py has no claim 'no-claim'*"])


def test_few_claims_have_no_judge_and_each_says_why() -> None:
    judged = {trial.claim for trial in marked()}
    unjudged = {name: claim.why_nobody for name, claim in CLAIMS.items() if name not in judged}
    assert [name for name, reason in unjudged.items() if not reason] == []
    assert len(unjudged) <= MOST_UNJUDGED
