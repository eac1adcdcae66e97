"""Which version of the program is deployed, and by whom: for the stack outputs.

No resource depends on it, so a new commit alone changes no resource. It has no time: the plan of a deployment contains
the outputs, and a time would differ when the plan is deployed. Lambda knows when the function changed.
"""

import getpass
import os
import subprocess
from pathlib import Path

UNKNOWN = "unknown"


def commit_of(folder: Path) -> str:
    """Return the commit that is checked out. It ends with `-dirty` if a file that git tracks differs from it.

    It is UNKNOWN outside of a repository, in one without a commit, or without git.
    """
    describe = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        found = subprocess.run(describe, cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return UNKNOWN
    return found.stdout.strip() if found.returncode == 0 else UNKNOWN


def deployer() -> str:
    """Return who runs Pulumi: in a workflow, the GitHub user who caused it, or else the user of this machine."""
    try:
        return os.environ.get("GITHUB_ACTOR") or getpass.getuser()
    except (KeyError, OSError):  # A user of a container can have no name. It is an OSError since Python 3.13.
        return UNKNOWN
