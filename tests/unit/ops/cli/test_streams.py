"""The standard streams of a command: closed ones are replaced."""

import subprocess
import sys

import pytest

from ops.cli.output import prepare_streams, print_error, print_line


@pytest.mark.parametrize("closed", ["stdin", "stdout", "stderr"])
def test_a_closed_stream_is_replaced_and_nothing_fails(monkeypatch: pytest.MonkeyPatch, closed: str) -> None:
    monkeypatch.setattr(sys, closed, None)
    prepare_streams()
    print_line("a line")
    print_error("an error")
    assert getattr(sys, closed) is not None
    getattr(sys, closed).close()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_command_without_a_standard_stream_ends_as_it_would_with_it(closed: str) -> None:
    command = f"'{sys.executable}' -c 'from ops.cli.main import main; main()' cost --help {closed}"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
