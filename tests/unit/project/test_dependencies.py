"""The locked dependencies: what each lock file contains, and that the lock files agree."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from infra.project import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-review.txt", "requirements-uv.txt")


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


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-review.txt"])
def test_what_the_workflows_install_is_pinned_as_in_the_developers_lock(file: str) -> None:
    developers = locked("requirements-dev.txt")
    assert {pin: developers.get(pin) for pin in locked(file)} == locked(file)


def test_the_makefile_writes_every_lock() -> None:
    assert tuple(re.findall(r"\$\(LOCK\).* -o (\S+)", (ROOT / "Makefile").read_text())) == (
        "requirements-dev.txt",
        "requirements.txt",
        "requirements-review.txt",
        "requirements-uv.txt",
    )


# Runs the two commands of the workflows with a few distributions only, as a job does that installed nothing else.
ALONE = """
import io, sys
from importlib.metadata import packages_distributions

installed = packages_distributions()

class Missing:
    def find_spec(self, module, path=None, target=None):
        distributions = installed.get(module.split(".")[0], [])
        if distributions and not {name.lower() for name in distributions} & allowed:
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)

allowed = {"orders", *sys.argv[1:]}
sys.meta_path.insert(0, Missing())
from ops.cli.main import main
from ops.clients import Clients

for command in ("review", "drift"):
    sys.argv, sys.stdin = ["orders", command, "--preview", "-", "--markdown"], io.StringIO('{"steps": []}')
    try:
        main()
    except SystemExit as ended:
        assert not ended.code
clients = Clients("eu-west-1")
print(clients.sqs, clients.dynamodb, clients.cloudwatch)
"""


def test_the_workflows_commands_run_with_the_packages_of_the_reviews_lock_alone() -> None:
    pinned = {pin.partition("==")[0] for pin in locked("requirements-review.txt")}
    for allowed, status in ((pinned, 0), (pinned - {"botocore"}, 1), (pinned - {"typer"}, 1)):
        ran = subprocess.run(
            [sys.executable, "-c", ALONE, *allowed], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ran.returncode == status, ran.stderr


def test_the_program_group_is_what_the_program_imports_and_nothing_else() -> None:
    program = imported_by(ROOT / "__main__.py", ROOT / "handler/contract.py", *(ROOT / "infra").glob("*.py"))
    declared = names(PROJECT["dependency-groups"]["program"])
    # A dependency of Pulumi that infra uses too.
    assert program - {"pyyaml"} == declared


def test_every_declared_dependency_is_locked() -> None:
    declared = names(PROJECT["project"]["dependencies"]).union(*map(names, PROJECT["dependency-groups"].values()))
    pinned = {pin.partition("==")[0].lower() for file in LOCKS for pin in locked(file)}
    assert {name.lower() for name in declared} - pinned == set()
