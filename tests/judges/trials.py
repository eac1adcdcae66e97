"""Which judge tries which claim, as the tests mark it: `@pytest.mark.judged(Judge.ENGINE, "autonaming")`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
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


def marked(root: Path = ROOT) -> Mapping[Trial, AbstractSet[str]]:
    """The IDs of the tests of each trial, as pytest collects them all. Runs pytest in a process of its own."""
    judges = set(root.glob("tests/judges/**/test_*.py"))  # their helpers can add markers
    others = {file for file in root.glob("tests/**/test_*.py") if MARKER in file.read_text()}
    files = [str(file) for file in sorted(judges | others)]
    ran = subprocess.run(
        [sys.executable, "-m", __name__, *files],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise ValueError(f"pytest cannot collect the tests with markers: {ran.stdout}{ran.stderr}")
    found: dict[Trial, set[str]] = {}
    for line in ran.stdout.splitlines():
        if line.count("\t") == 2:
            claim, judge, test = line.split("\t")
            found.setdefault(Trial(claim, Judge[judge]), set()).add(test)
    return found


class _Collected:
    """A plugin that notes the trials of each collected test."""

    def __init__(self) -> None:
        self.trials: set[tuple[Trial, str]] = set()

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        self.trials.update((trial, item.nodeid) for trial in trials_of(item))


def main(files: Sequence[str]) -> int:
    """Print the claims, judges and IDs of the tests in these files."""
    found = _Collected()
    options = ["--collect-only", "-qq", "-p", "no:cacheprovider"]
    status = pytest.main([*options, *files], plugins=[found]) if files else pytest.ExitCode.OK
    for trial, test in sorted(found.trials):
        print(f"{trial.claim}\t{trial.judge.name}\t{test}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
