"""The trials of `make try-on-aws`: none is forgotten, and none keeps the others from being tried."""

from collections.abc import Mapping
from typing import cast

import pytest

from tests.aws_trial.__main__ import show
from tests.aws_trial.trial import Attempt, NotDeployed, Outcome, Result, results
from tests.aws_trial.trials import BY_PERSON, TRIALS
from tests.judges.claims import CLAIMS
from tests.support.deployment import Deployment

NO_SYSTEM = cast("Deployment", None)
"""The attempts here look at no system."""


def test_each_claim_has_a_trial_or_a_reason_why_a_person_looks() -> None:
    assert TRIALS.keys() | BY_PERSON.keys() == CLAIMS.keys()
    assert TRIALS.keys() & BY_PERSON.keys() == set()


def passes(_: Deployment) -> str:
    return "it held"


def fails(_: Deployment) -> str:
    raise AssertionError("it did not hold")


def is_interrupted(_: Deployment) -> str:
    raise KeyboardInterrupt


def is_not_deployed(_: Deployment) -> str:
    raise NotDeployed("AccessDenied")


PASSED, FAILED, NOT_TRIED = Outcome


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        (
            {"a": fails, "b": passes},
            [Result("a", FAILED, "AssertionError: it did not hold"), Result("b", PASSED, "it held")],
        ),
        (
            {"a": is_interrupted, "b": passes},
            [Result(claim, NOT_TRIED, "you stopped the trial") for claim in ("a", "b")],
        ),
        (
            {"a": is_not_deployed, "b": passes},
            [Result("a", FAILED, "AccessDenied"), Result("b", NOT_TRIED, "the stack was not deployed")],
        ),
    ],
    ids=["failure", "Ctrl-C", "no stack"],
)
def test_the_result_of_each_claim(trials: Mapping[str, Attempt], expected: list[Result]) -> None:
    assert list(results(trials, NO_SYSTEM)) == expected


def test_an_attempt_for_two_claims_runs_once() -> None:
    calls = []

    def attempt(system: Deployment) -> str:
        calls.append(system)
        return "once"

    assert [result.claim for result in results({"a": attempt, "b": attempt}, NO_SYSTEM)] == ["a", "b"]
    assert len(calls) == 1


def test_the_table_shows_the_claim_and_what_happened_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    show([Result("destroy", FAILED, "[bold] is no markup")])
    shown = " ".join(capsys.readouterr().out.split())
    assert "[bold] is no markup" in shown
    assert "failed" in shown
