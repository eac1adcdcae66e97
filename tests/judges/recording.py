"""The record of which judge passed which claim, and when. As a plugin of pytest, this module writes it.

`make record-judges` loads the plugin. A trial whose tests pass gets the date of today. A trial with a failed test
leaves the record, and one whose tests are all skipped stays as it is.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.judges.judge import Judge
from tests.judges.trials import Trial, trials_of

RECORD = Path(__file__).with_name("record.json")
PROPERTY = "judged"
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


def updated(record: Record, outcomes: Mapping[Trial, bool], today: str) -> Record:
    """The record after a run. `outcomes` has the trials with tests that were not skipped: whether all passed."""
    kept = {trial: date for trial, date in record.items() if outcomes.get(trial, True)}
    return kept | {trial: today for trial, passed in outcomes.items() if passed}


class _Recorder:
    """Notes the outcomes of marked tests, and writes the record when the run ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.outcomes: dict[Trial, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.failed and not (report.when == "call" and report.passed):
            return
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, str):
                claim, judge = value.split()
                trial = Trial(claim, Judge[judge])
                self.outcomes[trial] = report.passed and self.outcomes.get(trial, True)

    def pytest_sessionfinish(self) -> None:
        write(updated(recorded(self._path), self.outcomes, f"{datetime.now(UTC):%Y-%m-%d}"), self._path)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--judges-record", type=Path, default=RECORD, help="the file with the record")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers of pytest-xdist send their reports to the process without it
        config.pluginmanager.register(_Recorder(config.getoption("judges_record")))


def pytest_itemcollected(item: pytest.Item) -> None:
    item.user_properties.extend((PROPERTY, f"{trial.claim} {trial.judge.name}") for trial in trials_of(item))
