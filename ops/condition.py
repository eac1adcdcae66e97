"""A condition that must hold each time a request leaves this machine.

botocore repeats a request that failed, and a machine can be suspended at any time: between a check and its request, or
between two attempts of one request.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_condition: ContextVar[Callable[[], bool] | None] = ContextVar("condition", default=None)


class ConditionEnded(Exception):
    """The condition did not hold any more, so this attempt was not made. An earlier attempt may have been."""


@contextmanager
def only_while(condition: Callable[[], bool]) -> Iterator[None]:
    """Make each attempt of the block's requests only while a condition holds. Raises ConditionEnded otherwise."""
    token = _condition.set(condition)
    try:
        yield
    finally:
        _condition.reset(token)


def check_condition(**_: object) -> None:
    """Called by botocore before each attempt of a request."""
    condition = _condition.get()
    if condition is not None and not condition():
        raise ConditionEnded
