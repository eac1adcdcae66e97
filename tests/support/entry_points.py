"""The entry points of the functions, imported as Lambda imports them. No request is sent."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

import pytest


class Context:
    """Lambda's context object, some milliseconds before the function's timeout."""

    aws_request_id = "r1"

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@contextmanager
def imported(name: str, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import an entry point anew, with what it reads from its environment."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    modules = name, "handler.runtime"
    for module in modules:
        sys.modules.pop(module, None)
    yield importlib.import_module(name)
    for module in modules:
        del sys.modules[module]
