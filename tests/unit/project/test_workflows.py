"""GitHub's workflows: what they may, what they reach, and what their scripts do."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci.stacks import deployed_stacks
from local.project import ROOT

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
    return WORKFLOWS[workflow][True]  # what YAML 1.1 takes `on` for


# What they may


def test_every_action_of_others_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    used = re.findall(r"uses: (.+)", TEXT)
    others = [action for action in used if not action.startswith("./.github/")]
    assert others
    assert [
        action for action in others if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
    ] == []


def test_an_action_has_one_version() -> None:
    pins = {re.sub("@.*", "", action): set[str]() for action in re.findall(r"uses: (.+)", TEXT)}
    for action in re.findall(r"uses: (.+)", TEXT):
        pins[re.sub("@.*", "", action)].add(action)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_has_no_permissions_that_a_job_does_not_ask_for(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] == {}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_no_workflow_runs_the_code_of_others_with_the_rights_of_this_repository(workflow: str) -> None:
    allowed = {"push", "pull_request", "schedule", "workflow_call", "workflow_dispatch"}
    assert set(triggers(workflow)) <= allowed


@pytest.mark.parametrize("name", JOBS)
def test_a_job_gets_a_token_for_aws_exactly_where_it_assumes_a_role(name: str) -> None:
    asks = "id-token" in JOBS[name].get("permissions", {})
    assert asks == (ASSUMES_A_ROLE in uses(JOBS[name]))


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_may_write_to_github_runs_none_of_the_projects_code(name: str) -> None:
    writes = {p for p, level in JOBS[name].get("permissions", {}).items() if level == "write"} - {"id-token"}
    assert not (writes and uses(JOBS[name]))


def test_only_the_comment_and_the_issue_are_written() -> None:
    written = {
        (name, permission)
        for name, job in JOBS.items()
        for permission, level in job.get("permissions", {}).items()
        if level == "write" and permission != "id-token"
    }
    assert written == {("preview/comment", "pull-requests"), ("drift/report", "issues")}


@pytest.mark.parametrize("name", JOBS)
def test_a_checkout_leaves_no_credentials_behind(name: str) -> None:
    checkouts = [step for step in steps(JOBS[name]) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_ends(name: str) -> None:
    assert "timeout-minutes" in JOBS[name] or JOBS[name]["uses"].startswith("./")


def test_scripts_get_values_from_their_environment_and_not_written_into_them() -> None:
    assert [place for place, script in scripts() if "${{" in script] == []


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_script_stops_at_the_first_failure_in_a_pipe_as_well(workflow: str) -> None:
    assert WORKFLOWS[workflow]["defaults"] == {"run": {"shell": "bash"}}


# What they reach


def test_every_push_and_every_pull_request_is_tested() -> None:
    elsewhere = triggers("test")
    assert elsewhere["push"] == {"branches-ignore": ["main"]}
    assert elsewhere["pull_request"] is None
    assert triggers("deploy")["push"] == {"branches": ["main"]}
    assert JOBS["deploy/test"]["uses"] == "./.github/workflows/test.yml"


def test_the_oldest_python_that_the_project_supports_is_tested() -> None:
    [oldest] = re.findall(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert JOBS["test/test"]["strategy"]["matrix"]["python"][0] == oldest


def test_the_docs_call_the_checks_that_are_to_be_required_by_their_names() -> None:
    job = JOBS["test/test"]
    names = [job["name"].replace("${{ matrix.python }}", version) for version in job["strategy"]["matrix"]["python"]]
    told = re.findall(r"with the checks (.+) required", (ROOT / "docs/ci.md").read_text())
    assert told == [" and ".join(f"`{name}`" for name in names)]


def test_jobs_make_what_there_is_to_make() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    made = {target for _, script in scripts() for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert made == {"check", "demo"}
    assert made <= targets


@pytest.mark.parametrize("job", ["preview/preview", "drift/compare", "drift/report"])
def test_every_stack_is_previewed_and_compared(job: str) -> None:
    assert JOBS[job]["strategy"]["matrix"]["stack"] == STACKS


@pytest.mark.parametrize("job", ["preview/preview", "drift/compare"])
def test_what_is_found_in_a_stack_leaves_the_job_under_the_stacks_name(job: str) -> None:
    assert JOBS[job]["outputs"] == {stack: f"${{{{ steps.pulumi.outputs.{stack} }}}}" for stack in STACKS}


def test_every_stack_is_deployed_in_its_environment_by_its_role() -> None:
    deployed = {}
    for name, job in WORKFLOWS["deploy"]["jobs"].items():
        for step in steps(job):
            if step.get("uses") == ASSUMES_A_ROLE:
                deployed[name] = (job["environment"], step["with"]["role"].rpartition(":")[2])
                assert f"pulumi up --stack {name} --yes" in job["steps"][-1]["run"]
    assert deployed == {stack: (stack, f"role/orders-deploy-{stack}") for stack in STACKS}


def test_nothing_is_deployed_that_was_not_tested_and_nothing_to_prod_that_was_not_to_dev() -> None:
    assert {stack: JOBS[f"deploy/{stack}"]["needs"] for stack in STACKS} == {"dev": "test", "prod": "dev"}


@pytest.mark.parametrize("stack", STACKS)
def test_one_deployment_of_a_stack_runs_at_a_time_and_to_its_end(stack: str) -> None:
    assert JOBS[f"deploy/{stack}"]["concurrency"] == {"group": f"deploy-{stack}", "cancel-in-progress": False}


def test_what_only_looks_gets_the_role_that_only_looks() -> None:
    roles = {
        name: step["with"]["role"].rpartition("/")[2]
        for name in ("preview/preview", "drift/compare")
        for step in steps(JOBS[name])
        if step.get("uses") == ASSUMES_A_ROLE
    }
    assert roles == {"preview/preview": "orders-preview", "drift/compare": "orders-preview"}


@pytest.mark.parametrize("name", ["deploy/dev", "drift/compare"])
def test_a_repository_without_an_account_leaves_aws_alone(name: str) -> None:
    assert "vars.PULUMI_BACKEND_URL != ''" in JOBS[name]["if"]


def test_the_docs_name_every_variable_that_the_workflows_read_and_no_other() -> None:
    read = set(re.findall(r"vars\.(\w+)", TEXT))
    told = set(re.findall(r"(?m)^\| `([A-Z_]+)` \|", (ROOT / "docs/ci.md").read_text()))
    assert read == told == {"AWS_ACCOUNT_ID", "AWS_REGION", "PULUMI_BACKEND_URL"}


def test_no_workflow_reads_a_secret() -> None:
    assert re.findall(r"secrets\.\w+", TEXT) == []


# What their scripts do


@dataclass(frozen=True)
class Ran:
    """What a script left behind."""

    status: int
    log: str
    outputs: str
    summary: str
    calls: list[str]
    folder: Path


Run = Callable[..., Ran]

RECORD = 'printf "%s\\n" "$(basename "$0") $*" >> "$CALLS"\n'


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a step's script as GitHub does, with commands of our own in place of those that reach out."""
    if not (shutil.which("bash") and shutil.which("jq") and shutil.which("openssl")):
        pytest.skip("needs bash, jq and openssl, which GitHub's runners have")

    def run_script(script: str, environment: dict[str, str], **commands: str) -> Ran:
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
        return Ran(
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
        ({"FROM": "", "BACKEND": "s3://state"}, "this pull request comes from a fork"),  # one that was deleted
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


def test_one_comment_tells_of_all_stacks_and_is_updated(run: Run) -> None:
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
    assert "~~~~~~diff\nThere is no preview; the log says why.\n~~~~~~" in comment


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


def report(run: Run, compared: dict[str, str], open_issues: list[dict[str, Any]]) -> Ran:
    environment = {
        "STACK": "dev",
        "TITLE": "dev is not what the program says",
        "COMPARED": json.dumps(compared),
        "RUN": "https://log",
        "ISSUES": json.dumps(open_issues),
    }
    return run(script("drift/report"), environment, gh='[ "$2" != list ] || echo "$ISSUES"')


def test_drift_opens_an_issue(run: Run) -> None:
    ran = report(run, {"dev": "~ 1 to update"}, [{"number": 3, "title": "prod is not what the program says"}])
    assert ran.status == 0
    assert ran.calls[-1] == (
        "gh issue create --repo acme/orders --title dev is not what the program says --body-file issue.md"
    )
    assert "~~~~~~diff\n~ 1 to update\n~~~~~~" in (ran.folder / "issue.md").read_text()


def test_drift_that_lasts_updates_the_issue_that_is_open(run: Run) -> None:
    ran = report(run, {"dev": "~ 1 to update"}, [{"number": 4, "title": "dev is not what the program says"}])
    assert ran.status == 0
    assert ran.calls[-1] == "gh issue edit 4 --repo acme/orders --body-file issue.md"


def test_a_stack_without_drift_is_not_reported_and_its_issue_stays_open(run: Run) -> None:
    ran = report(run, {"dev": "as expected"}, [{"number": 4, "title": "dev is not what the program says"}])
    assert (ran.status, ran.calls) == (0, [])


def test_a_comparison_that_did_not_come_about_is_reported_as_well(run: Run) -> None:
    ran = report(run, {}, [])
    assert ran.calls[-1].startswith("gh issue create")
    assert "The comparison did not get that far" in (ran.folder / "issue.md").read_text()


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
