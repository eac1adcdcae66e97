"""The environment of the processes that the local system starts."""

import os

INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR")


def inherited() -> dict[str, str]:
    """The variables of this process that the emulator and its functions inherit: no credentials and no tokens."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}
