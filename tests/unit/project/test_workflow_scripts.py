"""The scripts of GitHub's workflows, run with stand-ins for the commands that reach out."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.project import ROOT
from tests.support.workflows import JOBS, STACK_ACTION, STACKS, steps


@dataclass(frozen=True)
class ScriptResult:
    """Status, log, outputs and commands of a script."""

    status: int
    log: str
    outputs: str
    summary: str
    calls: list[str]
    folder: Path


Run = Callable[..., ScriptResult]

RECORD = 'printf "%s\\n" "$(basename "$0") $*" >> "$CALLS"\n'


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a step's script as GitHub does, with stand-ins for commands that reach other systems."""
    if not (shutil.which("bash") and shutil.which("jq") and shutil.which("openssl")):
        pytest.skip("needs bash, jq and openssl, which GitHub's runners have")

    def run_script(script: str, environment: dict[str, str], **commands: str) -> ScriptResult:
        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "CALLS")}
        for file in files.values():
            file.touch()
        bin_folder = tmp_path / "bin"
        bin_folder.mkdir()
        for name, body in commands.items():
            (bin_folder / name).write_text(f"#!/bin/bash\n{RECORD}{body}\n")
            (bin_folder / name).chmod(0o755)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=tmp_path,
            env={
                "PATH": f"{bin_folder}:{os.environ['PATH']}",
                "GITHUB_REPOSITORY": "acme/orders",
                **{name: str(file) for name, file in files.items()},
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return ScriptResult(
            status=done.returncode,
            log=done.stdout + done.stderr,
            outputs=files["GITHUB_OUTPUT"].read_text(),
            summary=files["GITHUB_STEP_SUMMARY"].read_text(),
            calls=files["CALLS"].read_text().splitlines(),
            folder=tmp_path,
        )

    return run_script


def script(name: str) -> str:
    found: str = steps(JOBS[name])[-1]["run"]
    return found


def test_a_pull_request_of_this_repository_is_previewed(run: Run) -> None:
    ran = run(script("preview/allowed"), {"FROM": "acme/orders", "BACKEND": "s3://state"})
    assert (ran.status, ran.outputs, ran.summary) == (0, "preview=yes\n", "")


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"FROM": "someone/orders", "BACKEND": "s3://state"}, "this pull request comes from a fork"),
        ({"FROM": "", "BACKEND": "s3://state"}, "this pull request comes from a fork"),  # a fork that was deleted
        ({"FROM": "acme/orders", "BACKEND": ""}, "no variable PULUMI_BACKEND_URL"),
    ],
)
def test_where_there_is_no_preview_the_run_says_why_and_does_not_fail(
    run: Run, environment: dict[str, str], reason: str
) -> None:
    ran = run(script("preview/allowed"), environment)
    assert (ran.status, ran.outputs) == (0, "")
    assert reason in ran.summary
    assert f"::notice title=No preview::{ran.summary}" in ran.log


@pytest.mark.parametrize("status", [0, 1])
def test_a_preview_is_handed_on_whether_it_succeeds_or_not(run: Run, status: int) -> None:
    ran = run(script("preview/preview"), {"STACK": "dev"}, pulumi=f"echo '+ 23 to create'; exit {status}")
    assert ran.status == status
    assert re.fullmatch(r"dev<<(\w{32})\n\+ 23 to create\n\n\1\n", ran.outputs)
    assert ran.calls == ["pulumi preview --stack dev --diff --non-interactive --color never"]


def test_a_preview_is_cut_to_what_a_comment_takes(run: Run) -> None:
    ran = run(script("preview/preview"), {"STACK": "dev"}, pulumi="head -c 100000 /dev/zero | tr '\\0' x")
    assert ran.status == 0
    assert 2 * len(ran.outputs) < 65_536


def test_one_comment_reports_all_stacks_and_is_updated(run: Run) -> None:
    previews = json.dumps({"dev": "+ 1 to create `x`"})
    environment = {"NUMBER": "7", "COMMIT": "abc", "RUN": "https://log", "PREVIEWS": previews}
    ran = run(script("preview/comment"), environment, gh="")
    assert ran.status == 0
    assert ran.calls == [
        "gh pr comment 7 --repo acme/orders --edit-last --create-if-none --body-file comment.md",
    ]
    comment = (ran.folder / "comment.md").read_text()
    assert re.findall(r"<code>(\w+)</code>", comment) == STACKS
    assert "~~~~~~diff\n+ 1 to create `x`\n~~~~~~" in comment
    assert "~~~~~~diff\nThere is no preview; the log shows the reason.\n~~~~~~" in comment


def test_a_stack_that_is_as_expected_leaves_the_comparison_green(run: Run) -> None:
    ran = run(script("drift/compare"), {"STACK": "prod"}, pulumi="echo '23 unchanged'")
    assert (ran.status, ran.outputs) == (0, "prod=as expected\n")
    assert ran.calls == [
        "pulumi preview --stack prod --refresh --expect-no-changes --diff --non-interactive --color never"
    ]


def test_a_stack_that_is_not_as_expected_fails_the_comparison_and_is_handed_on(run: Run) -> None:
    ran = run(script("drift/compare"), {"STACK": "prod"}, pulumi="echo '~ 1 to update'; exit 7")
    assert ran.status == 1
    assert re.fullmatch(r"prod<<(\w{32})\n~ 1 to update\n\n\1\n", ran.outputs)


def report(run: Run, compared: dict[str, str], open_issues: list[dict[str, Any]]) -> ScriptResult:
    environment = {
        "STACK": "dev",
        "TITLE": "dev differs from the program",
        "COMPARED": json.dumps(compared),
        "RUN": "https://log",
        "ISSUES": json.dumps(open_issues),
    }
    return run(script("drift/report"), environment, gh='[ "$2" != list ] || echo "$ISSUES"')


def test_drift_opens_an_issue(run: Run) -> None:
    ran = report(run, {"dev": "~ 1 to update"}, [{"number": 3, "title": "prod differs from the program"}])
    assert ran.status == 0
    assert ran.calls[-1] == (
        "gh issue create --repo acme/orders --title dev differs from the program --body-file issue.md"
    )
    assert "~~~~~~diff\n~ 1 to update\n~~~~~~" in (ran.folder / "issue.md").read_text()


def test_drift_that_lasts_updates_the_issue_that_is_open(run: Run) -> None:
    ran = report(run, {"dev": "~ 1 to update"}, [{"number": 4, "title": "dev differs from the program"}])
    assert ran.status == 0
    assert ran.calls[-1] == "gh issue edit 4 --repo acme/orders --body-file issue.md"


def test_a_stack_without_drift_is_not_reported_and_its_issue_stays_open(run: Run) -> None:
    ran = report(run, {"dev": "as expected"}, [{"number": 4, "title": "dev differs from the program"}])
    assert (ran.status, ran.calls) == (0, [])


def test_a_comparison_that_did_not_come_about_is_reported_as_well(run: Run) -> None:
    ran = report(run, {}, [])
    assert ran.calls[-1].startswith("gh issue create")
    assert "The comparison did not finish" in (ran.folder / "issue.md").read_text()


def test_the_pulumi_cli_is_of_the_release_that_the_sdk_is_of(run: Run) -> None:
    [locked] = re.findall(r"(?m)^pulumi==([\d.]+)", (ROOT / "requirements.txt").read_text())
    [install] = [step["run"] for step in STACK_ACTION["runs"]["steps"] if "run" in step]
    ran = run(
        f"cp '{ROOT}/requirements.txt' .\n{install}",
        {},
        curl="",
        sudo="cat",
        pulumi=f'[ "$1" = install ] || echo v{locked}',
    )
    assert ran.status == 0
    assert f"https://get.pulumi.com/releases/sdk/pulumi-v{locked}-linux-x64.tar.gz" in "\n".join(ran.calls)
    assert ran.calls[-1] == "pulumi install"
