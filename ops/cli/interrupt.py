"""What Ctrl-C does while no command is at work: it ends the process at once.

Python raises KeyboardInterrupt at any point, even during an import, and then prints a traceback. A command at work gets
KeyboardInterrupt, so that it can release what it holds.

This module is imported first. It imports only modules that the interpreter has loaded already, because Ctrl-C during an
import before it would still print a traceback.
"""

import _signal  # type: ignore[import-not-found]  # the part of `signal` that is in the interpreter
import os

EXIT_CODE = 130
"""128 + SIGINT, as shells report it."""


def exit_at_once() -> None:
    """From now on, let Ctrl-C end the process. Does nothing if the process handles or ignores Ctrl-C in its own way."""
    _replace(_signal.default_int_handler, _exit)


class _Changed:
    """Replaces one handler by another until the end of a block."""

    def __init__(self, before: object, during: object) -> None:
        self._handlers = before, during
        self._is_changed = False

    def __enter__(self) -> None:
        before, during = self._handlers
        self._is_changed = _replace(before, during)

    def __exit__(self, *_: object) -> None:
        before, during = self._handlers
        if self._is_changed:
            _replace(during, before)


def exiting_at_once() -> _Changed:
    """Let Ctrl-C end the process during a block that has nothing to clean up."""
    return _Changed(_signal.default_int_handler, _exit)


def interruptible() -> _Changed:
    """Let Ctrl-C raise KeyboardInterrupt during a block, although it would end the process outside of it."""
    return _Changed(_exit, _signal.default_int_handler)


def _replace(before: object, after: object) -> bool:
    """Replace one handler by another, and return whether that was done."""
    if _signal.getsignal(_signal.SIGINT) is not before:
        return False
    try:
        _signal.signal(_signal.SIGINT, after)
    except ValueError:  # Python allows it in the main thread only.
        return False
    return True


def _exit(*_: object) -> None:
    os._exit(EXIT_CODE)
