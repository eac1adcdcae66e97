"""A copy of the project, in which a test may change configuration and code."""

import shutil
from pathlib import Path

from infra.project import ROOT


def copy_project(to: Path) -> Path:
    """Copy the program without its tests, and return the root of the copy."""
    root = to / "project"
    root.mkdir()
    for file in (ROOT / "__main__.py", *ROOT.glob("Pulumi*.yaml")):
        shutil.copy(file, root)
    for package in ("handler", "infra", "local", "ops"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "docs").mkdir()
    shutil.copy(ROOT / "docs/benchmarks.json", root / "docs")  # for the cost of orders
    return root
