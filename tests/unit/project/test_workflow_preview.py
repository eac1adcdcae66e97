"""The scripts of the workflow `preview`, run with stand-ins for the commands that reach out."""

import json
import re
from dataclasses import dataclass

import pytest

from infra.project import ROOT
from tests.support.workflow_scripts import LOSES, PREVIEW, SAFE, Run, preview_of, script
from tests.support.workflows import STACK_ACTION, STACKS


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
    assert (ran.status, ran.outputs) == (0, "preview=no\n")
    assert reason in ran.summary
    assert f"::notice title=No preview::{ran.summary}" in ran.log


@pytest.mark.parametrize(
    ("preview", "verdict"),
    [
        (preview_of(SAFE), "safe"),
        (preview_of(LOSES), "loses"),
        (preview_of(errors=["the settings of this stack cannot be deployed"]), "refused"),
    ],
)
def test_a_review_is_handed_on_whatever_it_says(run: Run, preview: str, verdict: str) -> None:
    ran = run(script("preview/preview"), PREVIEW, pulumi=preview)
    assert ran.status == 0, ran.log
    assert ran.calls == ["pulumi preview --stack dev --json --show-sames --non-interactive"]
    found = re.fullmatch(r"dev<<(\w{32})\n(### dev: \w+\n.*)\1\n", ran.outputs, re.DOTALL)
    assert found is not None
    assert found[2].startswith(f"### dev: {verdict}\n")
    assert ran.summary == found[2]


@pytest.mark.parametrize(
    "preview", ["echo 'error: no backend' >&2; exit 255", preview_of(SAFE).replace("exit 0", "exit 1")]
)
def test_a_preview_that_failed_without_a_reason_is_not_reviewed(run: Run, preview: str) -> None:
    ran = run(script("preview/preview"), PREVIEW, pulumi=preview)
    assert ran.status != 0
    assert (ran.outputs, ran.summary) == ("", "")


def test_the_reviews_of_all_stacks_fit_into_one_comment(run: Run) -> None:
    many = [{**SAFE, "urn": f"{SAFE['urn']}{number}{'x' * 300}"} for number in range(1000)]
    ran = run(script("preview/preview"), PREVIEW, pulumi=preview_of(*many))
    assert ran.status == 0, ran.log
    text = ran.summary
    assert 25_000 < len(text) < 30_000
    assert text.count("<details>") == text.count("</details>")
    assert "more findings not shown here" in text
    reviews = dict.fromkeys(STACKS, text)
    assert len(comment(run, reviews, accepted=False).text) < 65_536


@dataclass(frozen=True)
class Commented:
    """The comment of the job `Review`, and how the job ended."""

    status: int
    text: str
    calls: list[str]


def comment(run: Run, reviews: dict[str, str], *, accepted: bool) -> Commented:
    environment = {"NUMBER": "7", "COMMIT": "abc", "RUN": "https://log", "REVIEWS": json.dumps(reviews)}
    ran = run(script("preview/review"), environment, gh=f'[ "$1" != api ] || echo {str(accepted).lower()}')
    return Commented(ran.status, (ran.folder / "comment.md").read_text(), ran.calls)


def test_one_comment_has_the_reviews_of_all_stacks_and_is_updated(run: Run) -> None:
    found = comment(run, {"dev": "### dev: safe\n\nNo order is lost.", "prod": "### prod: look\n"}, accepted=False)
    assert found.status == 0
    assert found.calls == [
        """gh api repos/acme/orders/pulls/7 --jq any(.labels[]; .name == "accepts-loss")""",
        "gh pr comment 7 --repo acme/orders --edit-last --create-if-none --body-file comment.md",
    ]
    assert re.findall("(?m)^### (\\w+)", found.text) == STACKS
    assert found.text.startswith("Review of abc ([log](https://log)).\n\n\n### dev: safe\n\nNo order is lost.\n")


@pytest.mark.parametrize("verdict", ["interrupts", "weakens", "look", "safe"])
def test_a_change_that_loses_nothing_passes(run: Run, verdict: str) -> None:
    found = comment(run, {stack: f"### {stack}: {verdict}" for stack in STACKS}, accepted=False)
    assert (found.status, "check" in found.text) == (0, False)


@pytest.mark.parametrize(("accepted", "status"), [(False, 1), (True, 0)])
def test_a_loss_fails_unless_the_label_accepts_it_and_the_comment_says_so(
    run: Run, accepted: bool, status: int
) -> None:
    found = comment(run, {"dev": "### dev: safe", "prod": "### prod: loses"}, accepted=accepted)
    assert found.status == status
    assert "**A merge can lose orders: `prod`." in found.text
    assert ("The label `accepts-loss` accepts this" in found.text) == accepted
    assert ("add the label `accepts-loss` to accept the loss" in found.text) == (not accepted)


@pytest.mark.parametrize(
    "reviews",
    [
        {"dev": "### dev: safe", "prod": "### prod: refused"},
        {"dev": "### dev: safe"},
        {"dev": "### dev: safe", "prod": ""},
        {"dev": "### dev: safe", "prod": "something else"},
        {"dev": "### dev: safe", "prod": "### prod: unsafe"},
    ],
)
def test_what_cannot_be_deployed_or_was_not_reviewed_fails_with_and_without_the_label(
    run: Run, reviews: dict[str, str]
) -> None:
    found = comment(run, reviews, accepted=True)
    assert found.status == 1
    assert "**The change cannot be deployed, or was not reviewed: `prod`. This fails the check.**" in found.text
    assert ("### prod: no review\n\nThe log shows the reason." in found.text) == (not reviews.get("prod"))


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
