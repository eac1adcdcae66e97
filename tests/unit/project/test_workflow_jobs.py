"""The jobs of GitHub's workflows: what they test, preview, compare and deploy."""

import re

import pytest

from infra.project import ROOT
from tests.support.workflows import (
    ASSUMES_A_ROLE,
    JOBS,
    STACK_ACTION,
    STACKS,
    TEXT,
    WORKFLOWS,
    scripts,
    steps,
    triggers,
)


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
    expected = re.findall(r"with the checks (.+) required", (ROOT / "docs/ci.md").read_text())
    assert expected == [" and ".join(f"`{name}`" for name in names)]


def test_jobs_make_what_there_is_to_make() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    made = {target for _, script in scripts() for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert made == {"check", "demo", "test-judges"}
    assert made <= targets


def test_the_check_runs_again_when_the_label_changes_and_no_run_skips_it() -> None:
    assert triggers("preview")["pull_request"] == {
        "types": ["opened", "reopened", "synchronize", "labeled", "unlabeled"]
    }
    # A job that is skipped passes a required check.
    assert JOBS["preview/review"]["if"] == "${{ !cancelled() && needs.allowed.outputs.preview != 'no' }}"


@pytest.mark.parametrize("job", ["preview/preview", "drift/compare", "drift/report"])
def test_every_stack_is_previewed_and_compared(job: str) -> None:
    assert JOBS[job]["strategy"]["matrix"]["stack"] == STACKS


@pytest.mark.parametrize("job", ["preview/preview", "drift/compare"])
def test_what_is_found_in_a_stack_leaves_the_job_under_the_stacks_name(job: str) -> None:
    assert JOBS[job]["outputs"] == {stack: f"${{{{ steps.pulumi.outputs.{stack} }}}}" for stack in STACKS}


def test_every_stack_is_deployed_by_the_same_workflow() -> None:
    called = {name: job for name, job in WORKFLOWS["deploy"]["jobs"].items() if name != "test"}
    assert {name: (job["uses"], job["with"]) for name, job in called.items()} == {
        stack: ("./.github/workflows/deploy-stack.yml", {"stack": stack}) for stack in STACKS
    }


def test_a_stack_is_deployed_in_its_environment_by_its_role_from_the_plan_of_the_job_before() -> None:
    job = JOBS["deploy-stack/deploy"]
    assert (job["environment"], job["needs"]) == ("${{ inputs.stack }}", "plan")
    assert roles("deploy-stack/deploy") == ["orders-deploy-${{ inputs.stack }}"]
    for variable, output in (("PLAN", "plan"), ("STATE", "state")):
        assert job["steps"][-1]["env"][variable] == f"${{{{ needs.plan.outputs.{output} }}}}"
        assert JOBS["deploy-stack/plan"]["outputs"][output] == f"${{{{ steps.plan.outputs.{output} }}}}"
    assert "environment" not in JOBS["deploy-stack/plan"]


def test_nothing_is_deployed_that_was_not_tested_and_nothing_to_prod_that_was_not_to_dev() -> None:
    assert {stack: JOBS[f"deploy/{stack}"]["needs"] for stack in STACKS} == {"dev": "test", "prod": "dev"}


@pytest.mark.parametrize("stack", STACKS)
def test_one_deployment_of_a_stack_runs_at_a_time_from_its_plan_to_its_end(stack: str) -> None:
    assert JOBS[f"deploy/{stack}"]["concurrency"] == {"group": f"deploy-{stack}", "cancel-in-progress": False}


def roles(job: str) -> list[str]:
    """Return the roles that a job assumes."""
    used = [step for step in steps(JOBS[job]) if step.get("uses") == ASSUMES_A_ROLE]
    return [step["with"]["role"].partition("role/")[2] for step in used]


def test_what_only_looks_gets_the_role_that_only_looks() -> None:
    assert {name: roles(name) for name in ("preview/preview", "drift/compare")} == {
        "preview/preview": ["orders-preview"],
        "drift/compare": ["orders-preview"],
    }


def test_plans_are_stored_by_the_role_that_no_pull_request_gets() -> None:
    assert roles("deploy-stack/plan") == ["orders-plan"]
    assert [name for name in JOBS if "orders-plan" in roles(name)] == ["deploy-stack/plan"]
    assert set(triggers("deploy-stack")) == {"workflow_call"}
    callers = [name for name, job in JOBS.items() if job.get("uses", "").endswith("/deploy-stack.yml")]
    assert {name.partition("/")[0] for name in callers} == {"deploy"}


def test_no_job_that_can_change_aws_installs_more_than_the_program_needs() -> None:
    reviewing = {
        name
        for name in JOBS
        for step in steps(JOBS[name])
        if step.get("uses") == ASSUMES_A_ROLE and step["with"].get("review")
    }
    assert reviewing == {"preview/preview", "drift/compare", "deploy-stack/plan"}
    assert STACK_ACTION["inputs"]["review"]["default"] == "false"


@pytest.mark.parametrize("name", ["deploy/dev", "drift/compare"])
def test_a_repository_without_an_account_leaves_aws_alone(name: str) -> None:
    assert "vars.PULUMI_BACKEND_URL != ''" in JOBS[name]["if"]


def test_the_docs_name_every_variable_that_the_workflows_read_and_no_other() -> None:
    read = set(re.findall(r"vars\.(\w+)", TEXT))
    expected = set(re.findall(r"(?m)^\| `([A-Z_]+)` \|", (ROOT / "docs/ci.md").read_text()))
    assert read == expected == {"AWS_ACCOUNT_ID", "AWS_REGION", "PULUMI_BACKEND_URL"}
