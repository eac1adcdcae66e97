"""The record of which judge passed which claim, and when. As a plugin of pytest, this module writes it.

`make record-judges` loads the plugin. A trial gets the date of today if all of its tests ran and passed. It leaves the
record if one of them failed, and stays as it is if some were skipped, deselected or not reached.
"""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.judges.judge import Judge
from tests.judges.trials import Trial, marked

RECORD = Path(__file__).with_name("record.json")
Record = Mapping[Trial, str]
"""The date of the last pass, as in 2026-11-27, by trial."""


def recorded(path: Path = RECORD) -> Record:
    document: dict[str, dict[str, str]] = json.loads(path.read_text())
    return {Trial(claim, Judge[judge]): date for claim, of in document.items() for judge, date in of.items()}


def write(record: Record, path: Path = RECORD) -> None:
    document: dict[str, dict[str, str]] = {}
    for (claim, judge), date in sorted(record.items()):
        document.setdefault(claim, {})[judge.name] = date
    path.write_text(json.dumps(document, indent=2) + "\n")


def outcomes(
    trials: Mapping[Trial, AbstractSet[str]], passed: AbstractSet[str], failed: AbstractSet[str]
) -> Mapping[Trial, bool]:
    """Which trials passed and which failed, by the tests of each. An incomplete trial did neither."""
    return {trial: not tests & failed for trial, tests in trials.items() if tests & failed or tests <= passed}


def updated(record: Record, trials: AbstractSet[Trial], found: Mapping[Trial, bool], today: str) -> Record:
    """The record after a run, of the trials that tests mark. `found` says which trials passed or failed in this run."""
    kept = {trial: date for trial, date in record.items() if trial in trials and found.get(trial, True)}
    return kept | {trial: today for trial, passed in found.items() if passed}


class _Recorder:
    """Notes the outcomes of tests, and writes the record when the run ends."""

    def __init__(self, path: Path, trials: Mapping[Trial, AbstractSet[str]]) -> None:
        self._path = path
        self._trials = trials
        self._called: set[str] = set()
        self._passed: set[str] = set()
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.passed and report.when == "call":
            self._called.add(report.nodeid)
        elif report.passed and report.when == "teardown" and report.nodeid in self._called:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        found = outcomes(self._trials, self._passed, self._failed)
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        write(updated(recorded(self._path), self._trials.keys(), found, today), self._path)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--judges-record", type=Path, default=RECORD, help="the file with the record")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # the workers of pytest-xdist send their reports to the process without it
        return
    try:
        trials = marked(config.rootpath)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(_Recorder(config.getoption("judges_record"), trials))
