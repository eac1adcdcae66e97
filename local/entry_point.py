"""Imports the function's entry point from its zip, as Lambda does, in an interpreter of its own.

The emulator would accept a function that cannot be imported, and every order would fail without a line in the log.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from infra.project import ROOT
from local.environment import inherited
from ops.clients import LOCAL_KEY

IMPORT_SECONDS = 30
"""How long the import may take. Lambda allows 10 s, but this machine may be busy."""
_IMPORTED = 93
"""The exit code after a successful import. The code may end the interpreter with any other one."""
_SHOWN_LINES = 6
_IMPORT = f"""
import importlib, os, sys
# The zip does not contain the project's other packages, which this interpreter could import.
sys.path[:] = [path for path in sys.path if os.path.realpath(path or ".") != sys.argv[2]]
module, _, name = sys.argv[1].rpartition(".")
function = getattr(importlib.import_module(module), name)
if not callable(function):
    raise TypeError(f"{{sys.argv[1]}} is not a function")
os._exit({_IMPORTED})
"""


class BrokenFunction(Exception):
    """The function cannot be imported. The message has the error, and below it the end of its traceback."""


def check_entry_point(zip_path: Path, handler: str, variables: Mapping[str, str], region: str) -> None:
    """Import `package.module.function` with the function's environment. Raises BrokenFunction."""
    with tempfile.TemporaryDirectory(prefix="orders-import-") as folder:
        with zipfile.ZipFile(zip_path) as archive:
            archive.extractall(folder)
        try:
            ran = subprocess.run(
                [sys.executable, "-B", "-c", _IMPORT, handler, str(ROOT.resolve())],
                cwd=folder,
                env=_environment(variables, region),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="backslashreplace",
                check=False,
                timeout=IMPORT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise BrokenFunction(f"the import of {handler} did not end within {IMPORT_SECONDS} s") from None
        if ran.returncode != _IMPORTED:
            raise BrokenFunction(
                _in_words(handler, ran.returncode, ran.stderr.replace(f"{os.path.realpath(folder)}/", ""))
            )


def _environment(variables: Mapping[str, str], region: str) -> dict[str, str]:
    place = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return {**inherited(), **place, "AWS_ACCESS_KEY_ID": LOCAL_KEY, "AWS_SECRET_ACCESS_KEY": LOCAL_KEY, **variables}


def _in_words(handler: str, code: int, errors: str) -> str:
    lines = [line for line in errors.rstrip().splitlines() if line.strip() and '"<frozen importlib' not in line]
    reason = lines[-1] if lines else f"it ended the interpreter with the exit code {code}"
    traceback = "".join(f"\n    {line}" for line in lines[:-1][-_SHOWN_LINES:])
    return f"the function cannot be imported as {handler}: {reason}{traceback}"
