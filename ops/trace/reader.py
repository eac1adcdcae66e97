"""Reads sources one by one, each of which can fail alone."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from ops.errors import UserError, explain_aws_error
from ops.trace.step import Gap, Step

T = TypeVar("T")


class Reader:
    """The steps and the gaps so far. A source that cannot be read is a gap."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.gaps: list[Gap] = []
        self._errors: list[UserError] = []
        self._failed: set[str] = set()
        self._has_answer = False

    def read(self, source: str, ask: Callable[[], T]) -> T | None:
        """What a source answers. None if it cannot be read."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as in ops/cli/main.py

        try:
            answer = ask()
        except UserError as error:
            self._fail(source, error)
            return None
        except (BotoCoreError, ClientError) as error:
            if (explained := explain_aws_error(error)) is None:
                raise
            self._fail(source, explained)
            return None
        self._has_answer = True
        return answer

    def read_steps(self, source: str, ask: Callable[[], Iterable[Step]]) -> None:
        """Add the steps that a source answers."""
        self.add(self.read(source, lambda: list(ask())) or ())

    def add(self, steps: Iterable[Step]) -> None:
        """Add steps, each once."""
        self.steps += [step for step in dict.fromkeys(steps) if step not in self.steps]

    def is_unread(self, source: str) -> bool:
        return source in self._failed

    def check(self) -> None:
        """Raise the first error if no source answered."""
        if self._errors and not self._has_answer:
            raise self._errors[0]

    def _fail(self, source: str, error: UserError) -> None:
        self._errors.append(error)
        if source not in self._failed:
            self._failed.add(source)
            self.gaps.append(Gap(source=source, problem=str(error)))
