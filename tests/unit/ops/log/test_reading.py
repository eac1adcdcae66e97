"""Following a log whose service does not always answer."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from ops.log.reading import follow_log

NOON = datetime(2025, 5, 3, 12, tzinfo=UTC)
LATER = int(datetime(2125, 5, 3, tzinfo=UTC).timestamp() * 1000)
"""After every poll, so that each poll asks for it again."""
SILENCE = ReadTimeoutError(endpoint_url="http://x")
REFUSED = EndpointConnectionError(endpoint_url="http://x")
FAILED = ClientError(
    cast("Any", {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}), "FilterLogEvents"
)
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "FilterLogEvents")
FORBIDDEN = ClientError({"Error": {"Code": "AccessDeniedException"}}, "FilterLogEvents")

Poll = Sequence[str | BaseException]
"""The pages that a poll gets: each a line, or the error that the request raises."""


class FakeLogs:
    """A log group with an answer for each poll. Afterwards the user presses Ctrl-C."""

    def __init__(self, *polls: Poll) -> None:
        self._polls = iter(polls)

    def get_paginator(self, _operation: str) -> "FakeLogs":
        return self

    def paginate(self, **_arguments: object) -> Iterator[dict[str, Any]]:
        for page in next(self._polls, [KeyboardInterrupt()]):
            if isinstance(page, BaseException):
                raise page
            yield {"events": [{"message": page, "timestamp": LATER, "logStreamName": "s"}]}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.log.reading.time", SimpleNamespace(sleep=lambda _seconds: None))


def followed(*polls: Poll) -> tuple[list[str], list[Exception]]:
    """The lines and the problems of polls, until there are no more."""
    lines: list[str] = []
    problems: list[Exception] = []
    with suppress(KeyboardInterrupt):
        for line in follow_log(cast("Any", FakeLogs(*polls)), "g", start=NOON, on_problem=problems.append):
            lines.append(line.message)  # noqa: PERF401 - the lines before the end count
    return lines, problems


@pytest.mark.parametrize("problem", [SILENCE, REFUSED, FAILED, THROTTLED])
def test_a_log_is_followed_after_an_error_that_may_pass(problem: Exception) -> None:
    assert followed(["a"], ["a", problem], ["a", "b"]) == (["a", "b"], [problem])


def test_the_first_poll_may_stay_without_an_answer() -> None:
    assert followed([SILENCE], ["a"]) == (["a"], [SILENCE])


def test_a_lasting_problem_is_reported_once_and_the_next_one_again() -> None:
    assert followed(["a"], [SILENCE], [REFUSED], ["a"], [REFUSED], ["b"]) == (["a", "b"], [SILENCE, REFUSED])


@pytest.mark.parametrize("polls", [([REFUSED],), ([FORBIDDEN],), (["a"], [FORBIDDEN])])
def test_an_error_that_lasts_ends_it(polls: Sequence[Poll]) -> None:
    with pytest.raises((ClientError, EndpointConnectionError)):
        list(follow_log(cast("Any", FakeLogs(*polls)), "g", start=NOON))
    assert polls


def test_equal_lines_are_shown_as_often_as_they_are_in_the_log() -> None:
    assert followed(["a", "a"], ["a", "a", "a", "b"]) == (["a", "a", "a", "b"], [])
