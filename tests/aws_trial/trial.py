"""What a trial of a claim is, and what comes of it."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from tests.support.deployment import Deployment

Attempt = Callable[[Deployment], str]
"""Tries a claim on a deployed system, and returns what happened. Raises an exception if the claim does not hold."""

STOPPED = "you stopped the trial"


class NotDeployed(Exception):
    """Without the stack, nothing else can be tried."""


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not tried"
    BY_PERSON = "look yourself"


class Result(NamedTuple):
    """What came of a claim."""

    claim: str
    outcome: Outcome
    what_happened: str


def results(trials: Mapping[str, Attempt], system: Deployment) -> Iterator[Result]:
    """Try each claim. An attempt for several claims runs once.

    After Ctrl-C, or if the stack cannot be deployed, the rest is not tried.
    """
    stopped = ""
    done: dict[Attempt, Result] = {}
    for claim, attempt in trials.items():
        if stopped:
            yield Result(claim, Outcome.NOT_TRIED, stopped)
            continue
        if attempt in done:
            yield done[attempt]._replace(claim=claim)
            continue
        try:
            result = Result(claim, Outcome.PASSED, attempt(system))
        except KeyboardInterrupt:
            stopped = STOPPED
            result = Result(claim, Outcome.NOT_TRIED, stopped)
        except NotDeployed as error:
            stopped = "the stack was not deployed"
            result = Result(claim, Outcome.FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - a claim that fails must not keep the others from being tried
            result = Result(claim, Outcome.FAILED, f"{type(error).__name__}: {error}")
        done[attempt] = result
        yield result
