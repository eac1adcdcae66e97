"""Whole workflows under act, with stand-ins for actions and for the commands that reach out.

act evaluates conditions, expressions and the outputs between jobs. In act, but not on GitHub, an empty output of one
job of a matrix replaces the output of another one. So these tests run one stack of a matrix.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from infra.project import ROOT
from tests.support.previews import step
from tests.support.workflow_scripts import LOSES, SAFE
from tests.support.workflows import TEXT

pytestmark = pytest.mark.skipif(
    not (shutil.which("act") and shutil.which("git")),
    reason="needs act and git on PATH: go install github.com/nektos/act@latest",
)
ACTIONS = sorted(set(re.findall(r"uses: ([\w-]+/[\w-]+@[0-9a-f]{40})", TEXT)))
TARGETS = sorted(set(re.findall(r"run: make ([\w-]+)", TEXT)))
STUB = "name: stub\nruns:\n  using: composite\n  steps:\n    - run: 'true'\n      shell: bash\n"
COMMANDS = {
    "pulumi": r"""case "$1" in
  version) sed -n 's/^pulumi==\([0-9.]*\).*/v\1/p' requirements.txt ;;
  install) mkdir -p .venv/bin && cp "$HERE/python" .venv/bin/python ;;
  preview) cat "$HERE/preview.json"; [[ "$*" != *--save-plan* ]] || echo planned > plan.json ;;
esac""",
    "aws": '[[ "$4" != s3:* ]] || echo planned > plan.json',
    "gh": """[ "$1" != api ] || echo false
[ "$1" != pr ] || cp comment.md "$HERE"
[ "$1" != issue ] || [ "$2" != list ] || echo '[]'
[ "$1" != issue ] || [ "$2" != create ] || cp issue.md "$HERE" """,
    "curl": "",
    "sudo": "cat > /dev/null",
}
PLAN = sha256(b"planned\n").hexdigest()


@dataclass(frozen=True)
class Repository:
    """A copy of the project as a repository, and a folder with the stand-ins and what they recorded."""

    root: Path
    here: Path

    def run(self, event: str, workflow: str, preview: list[dict[str, Any]], *more: str) -> tuple[int, list[str]]:
        """Run a workflow. Return the status of act, and the commands that could have changed something."""
        (self.here / "preview.json").write_text(json.dumps({"steps": preview}))
        (self.here / "calls").write_text("")
        stubs = [f"--local-repository=https://github.com/{action}={self.here / 'stub'}" for action in ACTIONS]
        variables = ["PULUMI_BACKEND_URL=s3://state?region=eu-west-1", "AWS_ACCOUNT_ID=1", "AWS_REGION=eu-west-1"]
        done = subprocess.run(
            [
                *("act", event, "--workflows", f".github/workflows/{workflow}.yml", "--defaultbranch", "main"),
                *("--platform", "ubuntu-24.04=-self-hosted", "--eventpath", str(self.here / "event.json")),
                *("--env", "GITHUB_REPOSITORY=acme/orders", *stubs, *more),
                *(part for variable in variables for part in ("--var", variable)),
            ],
            cwd=self.root,
            env={
                "PATH": f"{self.here / 'bin'}:{os.environ['PATH']}",
                "HERE": str(self.here),
                "HOME": str(self.here),
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        calls = (self.here / "calls").read_text().splitlines()
        assert calls, done.stdout + done.stderr
        return done.returncode, [call for call in calls if re.match(r"pulumi (preview|up)|aws|gh (pr|issue|api)", call)]

    def pull_request_from(self, repository: str) -> None:
        head = {"sha": "abc", "repo": {"full_name": repository}}
        (self.here / "event.json").write_text(json.dumps({"pull_request": {"number": 7, "head": head}}))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root, here = tmp_path / "orders", tmp_path / "here"
    for folder in (".github", "handler", "infra", "ops"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("Pulumi.*yaml"), *ROOT.glob("requirements*.txt")):
        shutil.copy(file, root)
    (root / "Makefile").write_text(f"{' '.join(TARGETS)}:\n")
    for command in (["init", "--quiet", "--initial-branch=main"], ["add", "."], ["commit", "--quiet", "--message=It"]):
        subprocess.run(["git", "-c", "user.name=It", "-c", "user.email=it@example.com", *command], cwd=root, check=True)
    (here / "stub").mkdir(parents=True)
    (here / "stub/action.yml").write_text(STUB)
    (here / "bin").mkdir()
    for name, body in COMMANDS.items():
        script = f'#!/bin/bash\necho "{name} $*" >> "$HERE/calls"\n{body}\ntrue\n'
        (here / "bin" / name).write_text(script)
        (here / "bin" / name).chmod(0o755)
    # The packages of the review are installed here already.
    (here / "python").write_text(f'#!/bin/bash\n[ "$2" = pip ] || exec {sys.executable} "$@"\n')
    (here / "python").chmod(0o755)
    (here / "event.json").write_text("{}")
    return Repository(root, here)


def test_a_review_reaches_the_comment_and_a_stack_without_one_fails_the_check(repository: Repository) -> None:
    repository.pull_request_from("acme/orders")
    status, calls = repository.run("pull_request", "preview", [SAFE], "--matrix", "stack:dev")
    assert [call.split(" --")[0] for call in calls] == [
        "pulumi preview",
        "gh api repos/acme/orders/pulls/7",
        "gh pr comment 7",
    ]
    comment = (repository.here / "comment.md").read_text()
    assert "### dev: safe" in comment
    assert "### prod: no review" in comment
    assert status != 0


def test_the_code_of_a_fork_gets_no_credentials_and_no_comment(repository: Repository) -> None:
    repository.pull_request_from("someone/orders")
    assert repository.run("pull_request", "preview", [SAFE]) == (0, [])


def test_each_stack_is_deployed_from_the_plan_that_was_reviewed_and_prod_after_dev(repository: Repository) -> None:
    status, calls = repository.run("push", "deploy", [SAFE])
    assert status == 0
    assert calls == [
        call
        for stack in ("dev", "prod")
        for call in (
            f"pulumi preview --stack {stack} --save-plan plan.json --json --show-sames --non-interactive",
            f"aws s3 cp --only-show-errors plan.json s3://state/plans/{stack}/{PLAN}.json",
            f"aws s3 cp --only-show-errors s3://state/plans/{stack}/{PLAN}.json plan.json",
            f"pulumi up --stack {stack} --plan plan.json --yes --non-interactive --color never",
        )
    ]


def test_nothing_is_deployed_if_orders_can_be_lost_and_nobody_accepted_it(repository: Repository) -> None:
    status, calls = repository.run("push", "deploy", [LOSES])
    assert status != 0
    assert [call for call in calls if "pulumi up" in call or "prod" in call] == []
    assert calls[-1].startswith("gh api repos/acme/orders/commits/")


def test_a_difference_reaches_the_issue_of_its_stack(repository: Repository) -> None:
    name, queue = "visibilityTimeoutSeconds", "aws:sqs/queue:Queue"
    preview = [
        step("refresh", queue, "OrderQueue", {name: 30}, {name: 30}),
        step("update", queue, "OrderQueue", {name: 45}, {name: 30}),
    ]
    _, calls = repository.run("schedule", "drift", preview, "--matrix", "stack:dev")
    assert calls[-1] == ("gh issue create --repo acme/orders --title dev differs from the program --body-file issue.md")
    assert (
        "- OrderQueue's visibility timeout is 45 s, the settings say 30" in (repository.here / "issue.md").read_text()
    )
