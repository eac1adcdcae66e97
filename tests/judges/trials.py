"""Which judge tries which claim, as the tests mark it: `@pytest.mark.judged(Judge.ENGINE, "autonaming")`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pytest

from infra.project import ROOT
from tests.judges.claims import CLAIMS
from tests.judges.judge import Judge

MARKER = "mark.judged("


class Trial(NamedTuple):
    """A judge tries a claim."""

    claim: str
    judge: Judge


def trials_of(item: pytest.Item) -> Iterator[Trial]:
    """The trials in the markers of a test. Raises UsageError if a claim does not exist."""
    for marker in item.iter_markers("judged"):
        judge, *claims = marker.args
        if not claims:
            raise pytest.UsageError(f"{item.nodeid}: `judged` needs the claims that the judge tries")
        for claim in claims:
            if claim not in CLAIMS:
                raise pytest.UsageError(f"{item.nodeid}: tests/judges/claims.py has no claim {claim!r}")
            yield Trial(claim, judge)


def marked() -> frozenset[Trial]:
    """The trials of all tests, as pytest collects them. Runs pytest in a process of its own."""
    judges = set(ROOT.glob("tests/judges/**/test_*.py"))  # their helpers can add markers
    others = {file for file in ROOT.glob("tests/**/test_*.py") if MARKER in file.read_text()}
    files = [str(file) for file in sorted(judges | others)]
    ran = subprocess.run(
        [sys.executable, "-m", __name__, *files],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise ValueError(f"pytest cannot collect the tests with markers: {ran.stdout}{ran.stderr}")
    pairs = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    return frozenset(Trial(claim, Judge[judge]) for claim, judge in pairs)


class _Collected:
    """A plugin that notes the trials of each collected test."""

    def __init__(self) -> None:
        self.trials: set[Trial] = set()

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        self.trials.update(trials_of(item))


def main(files: Sequence[str]) -> int:
    """Print the claims and judges of the tests in these files."""
    found = _Collected()
    options = ["--collect-only", "-qq", "-p", "no:cacheprovider"]
    status = pytest.main([*options, *files], plugins=[found]) if files else pytest.ExitCode.OK
    for trial in sorted(found.trials):
        print(f"{trial.claim}\t{trial.judge.name}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
