"""The permissions of GitHub's workflows, and the code that they run."""

import re

import pytest

from tests.support.workflows import ASSUMES_A_ROLE, JOBS, TEXT, WORKFLOWS, scripts, steps, triggers, uses


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


def calls_a_deployment(name: str) -> bool:
    return str(JOBS[name].get("uses", "")).endswith("/deploy-stack.yml")


@pytest.mark.parametrize("name", JOBS)
def test_a_job_gets_a_token_for_aws_exactly_where_it_assumes_a_role(name: str) -> None:
    asks = "id-token" in JOBS[name].get("permissions", {})
    assert asks == (ASSUMES_A_ROLE in uses(JOBS[name]) or calls_a_deployment(name))


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_may_write_to_github_runs_none_of_the_projects_code(name: str) -> None:
    writes = {p for p, level in JOBS[name].get("permissions", {}).items() if level == "write"} - {"id-token"}
    assert not (writes and uses(JOBS[name]))


@pytest.mark.parametrize("name", [name for name in JOBS if calls_a_deployment(name)])
def test_a_called_workflow_gets_what_its_jobs_ask_for_and_no_more(name: str) -> None:
    asked = [job["permissions"] for job in WORKFLOWS["deploy-stack"]["jobs"].values()]
    assert JOBS[name]["permissions"] == {permission: level for job in asked for permission, level in job.items()}


def test_only_the_comment_and_the_issue_are_written() -> None:
    written = {
        (name, permission)
        for name, job in JOBS.items()
        for permission, level in job.get("permissions", {}).items()
        if level == "write" and permission != "id-token"
    }
    assert written == {("preview/review", "pull-requests"), ("drift/report", "issues")}


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


def test_no_workflow_reads_a_secret() -> None:
    assert re.findall(r"secrets\.\w+", TEXT) == []
