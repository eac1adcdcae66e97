"""Text that a user names: a file, or standard input."""

import sys
from pathlib import Path

from ops.errors import InvalidInput

_MARK = "\ufeff"
"""The byte order mark, with which some programs on Windows begin a file. It is no part of the text."""


def read_text(file: str) -> str:
    """Return the text of a file. Raises InvalidInput if it cannot be read, or if it is not UTF-8."""
    try:
        return Path(file).read_text(encoding="utf-8").removeprefix(_MARK)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from None


def read_text_or_input(name: str) -> str:
    """Return the text of a file, or for `-` that of standard input. Raises InvalidInput as `read_text` does."""
    return sys.stdin.read().removeprefix(_MARK) if name == "-" else read_text(name)
