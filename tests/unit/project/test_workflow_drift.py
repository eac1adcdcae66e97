"""The scripts of the workflow `drift`, run with stand-ins for the commands that reach out."""

import json
import re
from typing import Any

import pytest

from infra.project import ROOT
from tests.support.previews import step
from tests.support.workflow_scripts import Run, ScriptResult, preview_of, script
from tests.support.workflows import JOBS, steps

DRIFT = {"STACK": "prod", "PYTHONPATH": str(ROOT)}
TIMEOUT = "visibilityTimeoutSeconds"
REFRESHED = step("refresh", "aws:sqs/queue:Queue", "OrderQueue", {TIMEOUT: 30}, {TIMEOUT: 30})
CHANGED = step("update", "aws:sqs/queue:Queue", "OrderQueue", {TIMEOUT: 45}, {TIMEOUT: 30})


def test_a_stack_that_is_as_declared_leaves_the_comparison_green(run: Run) -> None:
    ran = run(script("drift/compare"), DRIFT, pulumi=preview_of(REFRESHED))
    assert (ran.status, ran.outputs) == (0, "prod=as declared\n"), ran.log
    assert ran.calls == ["pulumi preview --stack prod --refresh --json --non-interactive"]


def test_a_stack_that_differs_fails_the_comparison_and_the_differences_are_handed_on(run: Run) -> None:
    ran = run(script("drift/compare"), DRIFT, pulumi=preview_of(REFRESHED, CHANGED))
    assert ran.status == 1
    found = re.fullmatch(r"prod<<(\w{32})\n(.*)\1\n", ran.outputs, re.DOTALL)
    assert found is not None
    what = "OrderQueue's visibility timeout is 45 s, the settings say 30"
    assert found[2] == f"- {what}: `pulumi up --refresh --stack dev` puts it back.\n"


@pytest.mark.parametrize(
    "preview", [preview_of(errors=["no access"]), preview_of(REFRESHED).replace("exit 0", "exit 1"), "exit 255"]
)
def test_a_comparison_that_failed_hands_nothing_on(run: Run, preview: str) -> None:
    ran = run(script("drift/compare"), DRIFT, pulumi=preview)
    assert (ran.status != 0, ran.outputs) == (True, "")


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
    ran = report(run, {"dev": "- It differs."}, [{"number": 3, "title": "prod differs from the program"}])
    assert ran.status == 0
    assert ran.calls[-1] == (
        "gh issue create --repo acme/orders --title dev differs from the program --body-file issue.md"
    )
    assert (ran.folder / "issue.md").read_text().endswith("\n\n- It differs.\n")


def test_drift_that_lasts_updates_the_issue_that_is_open(run: Run) -> None:
    ran = report(run, {"dev": "- It differs."}, [{"number": 4, "title": "dev differs from the program"}])
    assert ran.status == 0
    assert ran.calls[-1] == "gh issue edit 4 --repo acme/orders --body-file issue.md"


def test_the_docs_say_the_title_of_the_issue() -> None:
    title = steps(JOBS["drift/report"])[-1]["env"]["TITLE"].replace("${{ matrix.stack }}", "STACK")
    assert f"`{title}`" in (ROOT / "docs/ci.md").read_text()


def test_a_stack_without_drift_is_not_reported_and_its_issue_stays_open(run: Run) -> None:
    ran = report(run, {"dev": "as declared"}, [{"number": 4, "title": "dev differs from the program"}])
    assert (ran.status, ran.calls) == (0, [])


def test_a_comparison_that_did_not_come_about_is_reported_as_well(run: Run) -> None:
    ran = report(run, {}, [])
    assert ran.calls[-1].startswith("gh issue create")
    assert "The comparison failed" in (ran.folder / "issue.md").read_text()
