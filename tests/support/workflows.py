"""The GitHub workflows of this project, read from their files."""

from collections.abc import Iterator
from typing import Any

import yaml

from github.stacks import deployed_stacks
from infra.project import ROOT

FOLDER = ROOT / ".github"
FILES = sorted([*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")])
TEXT = "\n".join(file.read_text() for file in FILES)
WORKFLOWS: dict[str, Any] = {file.stem: yaml.safe_load(file.read_text()) for file in FOLDER.glob("workflows/*.yml")}
JOBS: dict[str, Any] = {
    f"{workflow}/{name}": job for workflow, document in WORKFLOWS.items() for name, job in document["jobs"].items()
}
STACK_ACTION: dict[str, Any] = yaml.safe_load((FOLDER / "actions/stack/action.yml").read_text())
STACKS = [stack.name for stack in deployed_stacks()]
ASSUMES_A_ROLE = "./.github/actions/stack"


def steps(job: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = job.get("steps", [])
    return found


def uses(job: Any) -> list[str]:
    return [step["uses"] for step in steps(job) if "uses" in step]


def scripts() -> Iterator[tuple[str, str]]:
    for place, job in [*JOBS.items(), ("action", STACK_ACTION["runs"])]:
        yield from ((place, step["run"]) for step in steps(job) if "run" in step)


def triggers(workflow: str) -> Any:
    return WORKFLOWS[workflow][True]  # YAML 1.1 reads `on` as true
