"""Trials of `make try-on-aws` that need move tasks, which the emulator lacks, or alarms of another implementation."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar, cast

import pytest

from tests.aws_trial.trial import Outcome, results
from tests.aws_trial.trials import TRIALS
from tests.judges.judge import Judge
from tests.judges.localstack import METRICS_SECONDS
from tests.support.alarms import shorten_period
from tests.support.command import find_system, run_orders
from tests.support.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.support.deployment import Deployment

CLAIMS = {"move-task", "alarms-publish", "alarm-clears"}
ALARM = "OrderDLQNotEmpty"


@dataclass(frozen=True)
class WithoutEngine:
    """What these trials use of a Deployment, on a system that no engine deployed."""

    running: Pipeline
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    stack: ClassVar = SimpleNamespace(name="trial")

    @property
    def clients(self) -> object:
        return self.running.clients

    def pipeline(self) -> Pipeline:
        return self.running

    def orders(self, *words: str) -> "subprocess.CompletedProcess[str]":
        ran = run_orders(self.monkeypatch, self.capsys, *words)
        return subprocess.CompletedProcess(words, ran.code, ran.out, ran.err)


@pytest.fixture
def system(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> "Deployment":
    find_system(monkeypatch, tmp_path, pipeline.clients.emulator_url, pipeline.outputs)
    shorten_period(pipeline.clients.cloudwatch, ALARM, METRICS_SECONDS)  # LocalStack measures that often.
    return cast("Deployment", WithoutEngine(pipeline, monkeypatch, capsys))


# LocalStack does not check whether an alarm may publish.
@pytest.mark.judged(Judge.LOCALSTACK, "move-task", "alarm-clears")
def test_dead_letters_move_and_alarms_reach_their_topic_in_the_sequence_of_the_trials(system: "Deployment") -> None:
    found = list(results({claim: attempt for claim, attempt in TRIALS.items() if claim in CLAIMS}, system))
    assert {result.claim for result in found} == CLAIMS
    assert [result for result in found if result.outcome is not Outcome.PASSED] == []
