"""The scripts of the workflow `deploy-stack`, run with stand-ins for the commands that reach out."""

from hashlib import sha256
from typing import Any

import pytest

from tests.support.workflow_scripts import LOSES, PREVIEW, SAFE, Run, ScriptResult, preview_of, script
from tests.support.workflows import JOBS, steps

PLAN, STATE = sha256(b"planned\n").hexdigest(), sha256(b"state\n").hexdigest()
EXPORT = '[ "$1" != stack ] || { echo state; exit; }\n'


def plan(run: Run, preview: str) -> ScriptResult:
    environment = {**PREVIEW, "PULUMI_BACKEND_URL": "s3://state?region=eu-west-1"}
    return run(
        script("deploy-stack/plan", "plan"), environment, pulumi=f"{EXPORT}echo planned > plan.json\n{preview}", aws=""
    )


@pytest.mark.parametrize(("change", "verdict"), [(SAFE, "safe"), (LOSES, "loses")])
def test_a_plan_is_shown_and_stored_under_its_hash(run: Run, change: dict[str, Any], verdict: str) -> None:
    ran = plan(run, preview_of(change))
    assert ran.status == 0, ran.log
    assert ran.outputs == f"plan={PLAN}\nstate={STATE}\nverdict={verdict}\n"
    assert ran.summary.startswith(f"### dev: {verdict}\n")
    assert ran.calls == [
        "pulumi stack export --stack dev",
        "pulumi preview --stack dev --save-plan plan.json --json --show-sames --non-interactive",
        f"aws s3 cp --only-show-errors plan.json s3://state/plans/dev/{PLAN}.json",
    ]


@pytest.mark.parametrize("preview", [preview_of(errors=["no access"]), preview_of(SAFE).replace("exit 0", "exit 1")])
def test_a_plan_that_failed_is_shown_and_not_stored(run: Run, preview: str) -> None:
    ran = plan(run, preview)
    assert (ran.status, ran.outputs) == (1, "")
    assert "::error title=No plan::dev cannot be deployed" in ran.log
    assert ran.summary.startswith("### dev: ")
    assert [call for call in ran.calls if call.startswith("aws")] == []


@pytest.mark.parametrize(("accepted", "status"), [(False, 1), (True, 0)])
def test_a_deployment_that_loses_orders_stops_unless_the_merged_pull_request_accepts_it(
    run: Run, accepted: bool, status: int
) -> None:
    gate = next(one for one in steps(JOBS["deploy-stack/plan"]) if one.get("name", "").startswith("Stop"))
    assert gate["if"] == "steps.plan.outputs.verdict == 'loses'"
    ran = run(
        script("deploy-stack/plan", gate["name"]),
        {"STACK": "dev", "GITHUB_SHA": "abc"},
        gh=f"echo {str(accepted).lower()}",
    )
    assert ran.status == status
    assert ran.calls == [
        """gh api repos/acme/orders/commits/abc/pulls --jq any(.[].labels[]; .name == "accepts-loss")"""
    ]
    assert ("accepts this loss" in ran.summary) == accepted
    assert ("::error title=Orders can be lost::dev: " in ran.log) == (not accepted)


def deploy(run: Run, stored: str, up: str, export: str = EXPORT) -> ScriptResult:
    environment = {
        "STACK": "prod",
        "PLAN": PLAN,
        "STATE": STATE,
        "PULUMI_BACKEND_URL": "s3://state?region=eu-west-1",
    }
    return run(script("deploy-stack/deploy"), environment, aws=f"echo {stored} > plan.json", pulumi=f"{export}\n{up}")


def test_exactly_the_plan_that_was_reviewed_is_deployed(run: Run) -> None:
    ran = deploy(run, "planned", "cat plan.json")
    assert (ran.status, ran.log) == (0, "planned\n")
    assert ran.calls == [
        f"aws s3 cp --only-show-errors s3://state/plans/prod/{PLAN}.json plan.json",
        "pulumi stack export --stack prod",
        "pulumi up --stack prod --plan plan.json --yes --non-interactive --color never",
    ]


def test_another_plan_is_not_deployed(run: Run) -> None:
    ran = deploy(run, "forged", "")
    assert ran.status != 0
    assert [call for call in ran.calls if call.startswith("pulumi")] == []


# From the engine: deploy/step_generator.go, deploy/step_executor.go and deploy/deployment_executor.go.
STALE = [
    "error: resource urn:pulumi:prod::orders::aws:sqs/queue:Queue::OrderQueue violates plan: properties changed",
    "error: delete is not allowed by the plan: this resource is constrained to same",
    "error: expected resource operations for urn:pulumi:prod::orders::It but none were seen",
]


@pytest.mark.parametrize(("message", "stale"), [*((message, True) for message in STALE), ("error: no access", False)])
def test_a_stale_plan_fails_and_says_what_to_do(run: Run, message: str, stale: bool) -> None:
    ran = deploy(run, "planned", f"echo '{message}'; exit 255")
    assert ran.status == 1
    told = "::error title=The plan is stale::prod changed after it was planned. Run all jobs again"
    assert (told in ran.log) == stale


def test_a_plan_is_stale_if_the_state_changed_even_if_the_engine_would_take_it(run: Run) -> None:
    ran = deploy(run, "planned", "", EXPORT.replace("echo state", "echo other"))
    assert ran.status == 1
    assert "::error title=The plan is stale::prod changed after it was planned. Run all jobs again" in ran.log
    assert [call for call in ran.calls if "pulumi up" in call] == []


def test_the_log_of_a_deployment_has_no_address(run: Run) -> None:
    ran = deploy(run, "planned", "echo ' + aws:sns:TopicSubscription OrderAlerts-on.call+n@mail.example.com created'")
    assert ran.log == " + aws:sns:TopicSubscription [address] created\n"
