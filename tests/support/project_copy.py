"""A copy of the project, in which a test may change configuration and code."""

import shutil
from pathlib import Path

from local.project import ROOT


def copy_project(to: Path) -> Path:
    """Copy what runs, without the tests, and return the copy's root."""
    root = to / "project"
    root.mkdir()
    for file in (ROOT / "__main__.py", *ROOT.glob("Pulumi*.yaml")):
        shutil.copy(file, root)
    for package in ("handler", "infra", "local", "ops"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root
