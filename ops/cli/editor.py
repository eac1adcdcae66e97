"""Lets the user change a text in $EDITOR, and loses no change."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import mkdtemp

from ops.cli.output import print_error
from ops.errors import InvalidInput, NoAccess, NothingDone


class Draft(AbstractContextManager["Draft"]):
    """A text in a temporary file that only this user can open.

    The file is deleted at the end of the block. If the user changed the text and nobody called `mark_used`, for example
    after an error or Ctrl-C, the file is kept and its path is printed.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._before = text.encode(errors="backslashreplace")
        try:
            self._folder = Path(mkdtemp(prefix="orders-edit-"))
            self._path = self._folder / "order.json"
            self._path.write_bytes(self._before)
        except OSError as error:
            raise NoAccess(
                f"the temporary folder cannot be used: {error.strerror}; name another one in TMPDIR"
            ) from None
        self._is_used = False

    def __exit__(self, *_: object) -> None:
        if self._is_used or self._content() in (None, self._before):
            shutil.rmtree(self._folder, ignore_errors=True)
        else:
            print_error(f"your text is kept in {self._path}")

    def mark_used(self) -> None:
        """Record that the file is not needed any more: the text is safe elsewhere, or says nothing new."""
        self._is_used = True

    def edit(self) -> str:
        """Open the editor, and return the text as the user saved it. Raises InvalidInput if it is not UTF-8.

        Some editors begin a file with a byte order mark, end it with a line break, or end lines with CR LF. If there is
        no other change, returns the original text.
        """
        _run_editor(self._path)
        if (content := self._content()) is None:
            raise NothingDone("the editor left no file: nothing was done")
        if content == self._before:
            return self._text
        try:
            saved = _in_lines(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise InvalidInput("not accepted: the saved text is not UTF-8; nothing was done") from None
        return self._text if saved == _in_lines(self._text) else saved

    def _content(self) -> bytes | None:
        """Read by name: editors save by replacing the file."""
        try:
            return self._path.read_bytes() if self._path.is_file() else None
        except OSError:
            return None


def is_interactive() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _in_lines(text: str) -> str:
    """Return the text with the same line break everywhere, and with none at its end."""
    return text.replace("\r\n", "\n").rstrip("\n")


def _run_editor(path: Path) -> None:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    # Ctrl-C is for the editor, which gets it too. Otherwise, subprocess would kill the editor.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        exit_code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidInput(
            f"the editor {command} did not start ({reason}): name another one in EDITOR, or use --set"
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if exit_code == -signal.SIGINT:
        raise KeyboardInterrupt
    if exit_code:
        how = f"with {exit_code}" if exit_code > 0 else f"by signal {-exit_code}"
        raise NothingDone(f"the editor {command} ended {how}: nothing was done")
