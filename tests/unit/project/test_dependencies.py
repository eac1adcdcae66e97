"""The locked dependencies: what each lock file contains, and that the lock files agree."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from infra.project import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt")


def locked(file: str) -> dict[str, set[str]]:
    """Return the hashes of each pinned package, by name and version."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / file).read_text().splitlines():
        if pin := re.match(r"([\w.-]+==\S+)", line):
            hashes = pins[pin[1]] = set()
        elif found := re.search(r"--hash=(sha256:[0-9a-f]{64})", line):
            hashes.add(found[1])
    return pins


def names(requirements: list[Any]) -> set[str]:
    return {re.split(r"[\[<>=~;]", one)[0].lower() for one in requirements if isinstance(one, str)}


def imported_by(*files: Path) -> set[str]:
    """Return the distributions that these files import, without the standard library and the project's packages."""
    modules = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                modules.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.Import):
                modules |= {name.name.split(".")[0] for name in node.names}
    ours = {path.name for path in ROOT.iterdir()}
    found = packages_distributions()
    return {
        distribution.lower().replace("_", "-")
        for module in modules - sys.stdlib_module_names - ours
        for distribution in found[module][:1]
    }


@pytest.mark.parametrize("file", LOCKS)
def test_every_pinned_package_has_hashes(file: str) -> None:
    assert locked(file)
    assert [pin for pin, hashes in locked(file).items() if not hashes] == []


def test_the_programs_lock_pins_what_the_developers_lock_pins() -> None:
    developers = locked("requirements-dev.txt")
    assert {pin: developers.get(pin) for pin in locked("requirements.txt")} == locked("requirements.txt")


def test_the_program_group_is_what_the_program_imports_and_nothing_else() -> None:
    program = imported_by(ROOT / "__main__.py", ROOT / "handler/contract.py", *(ROOT / "infra").glob("*.py"))
    declared = names(PROJECT["dependency-groups"]["program"])
    # A dependency of Pulumi that infra uses too.
    assert program - {"pyyaml"} == declared


def test_every_declared_dependency_is_locked() -> None:
    declared = names(PROJECT["project"]["dependencies"]).union(*map(names, PROJECT["dependency-groups"].values()))
    pinned = {pin.partition("==")[0].lower() for file in LOCKS for pin in locked(file)}
    assert {name.lower() for name in declared} - pinned == set()
