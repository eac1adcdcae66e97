"""The record of the program in `github/`, which creates the roles of GitHub's workflows."""

import runpy

from infra.project import ROOT
from tests.support.recorder import Program, recorded_with

REPOSITORY = "acme@12/orders@345"


def recorded_access(**settings: str) -> Program:
    config = {"aws:region": "eu-west-1", "orders-ci:repository": REPOSITORY, "orders-ci:identityProvider": ""}
    return recorded_with(config | {f"orders-ci:{key}": value for key, value in settings.items()}, "github", _run)


def _run() -> None:
    runpy.run_path(str(ROOT / "github/__main__.py"), run_name="__main__")
