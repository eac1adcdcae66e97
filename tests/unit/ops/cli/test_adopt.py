"""`orders adopt`, on moto and with a `pulumi` that prints recorded previews."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from infra import resource_types as types
from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.review.finding import Verdict
from tests.support.command import CommandResult, run_orders
from tests.support.small_program import QUEUE, REGION, Step, component, declares, present, preview_of

SCRIPT = """#!/bin/sh
echo "$PULUMI_BACKEND_URL $*" >> {folder}/calls
case "$*" in
    "stack init"*) ;;
    import*) {importing} ;;
    *--config-file*) cat {folder}/after.json ;;
    *) cat {folder}/now.json ;;
esac
"""
DECLARED = declares(types.QUEUE, "OrderQueue", {"name": "OrderQueue", "messageRetentionSeconds": 60})
OTHER = declares(types.QUEUE, "OrderDLQ")


@dataclass(frozen=True)
class Project:
    """The fake `pulumi`, and the files that it prints."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def previews(self, *now: Step, after: Step | None = None, importing: str = "true") -> None:
        (self.folder / "now.json").write_text(preview_of(component(), *now))
        (self.folder / "after.json").write_text(json.dumps({"steps": [after] if after else []}))
        script = self.folder / "pulumi"
        script.write_text(SCRIPT.format(folder=self.folder, importing=importing))
        script.chmod(0o755)

    def adopt(self, *words: str) -> CommandResult:
        return run_orders(self.monkeypatch, self.capsys, "adopt", "--stack", "dev", *words)

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Project]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "mine")
    monkeypatch.chdir(tmp_path)
    with mock_aws():
        yield Project(tmp_path, monkeypatch, capsys)


def made_by_hand() -> str:
    sqs = Clients(REGION).sqs
    url = sqs.create_queue(QueueName="OrderQueue")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="an order")
    return url


def after_import(url: str, operation: str = "update", **more: Any) -> Step:
    arn = f"arn:aws:sqs:{REGION}:123456789012:OrderQueue"
    old = {"type": types.QUEUE, "inputs": {"name": "OrderQueue"}, "id": url}
    old["outputs"] = {"name": "OrderQueue", "url": url, "arn": arn, "messageRetentionSeconds": 345600}
    return {"op": operation, "urn": QUEUE, "oldState": old, "newState": DECLARED["newState"], **more}


def test_the_comparison_the_prediction_the_file_and_the_next_commands(project: Project) -> None:
    url = made_by_hand()
    project.previews(DECLARED, OTHER, after=after_import(url))
    ran = project.adopt()
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert ran.out.splitlines() == [
        f"OrderQueue (queue): {url}",
        "    1 visible message and 0 in flight",
        "    input                             in AWS                            in the program",
        "    messageRetentionSeconds           345600                            60",
        "",
        "`pulumi up` creates 1 resource: queue OrderDLQ",
        "",
        f"The first `pulumi up` after the import: loses: {Verdict.LOSES.meaning}",
        "",
        "loses: lowers the retention of OrderQueue from 345,600 s to 60 s; 1 visible message and 0 in flight",
        "    SQS deletes the messages that are older than 60 s.",
        "    Empty the queue first: wait until the orders are processed, redrive or archive the dead letters.",
        "    Cause: the program",
        "",
        "wrote adopt.json, which imports 1 resource. Next:",
        "    pulumi import --stack dev --file adopt.json --generate-code=false --protect=false",
        "    orders review --stack dev",
        "    pulumi up --stack dev",
    ]
    resources = json.loads((project.folder / "adopt.json").read_text())["resources"]
    assert [entry.get("id") for entry in resources] == [None, url]


def test_a_script_gets_one_object(project: Project) -> None:
    project.previews(DECLARED, OTHER, after=after_import(made_by_hand()))
    [found] = project.adopt("--json", "--out", "other.json").json
    assert found.keys() == {"verdict", "adopted", "created", "present", "findings", "file", "next"}
    assert (found["verdict"], found["file"]) == ("loses", "other.json")
    assert found["created"] == [{"resource": "OrderDLQ", "type": types.QUEUE}]


def test_only_a_state_of_its_own_is_changed_and_nothing_of_it_is_left(project: Project) -> None:
    project.previews(DECLARED, after=after_import(made_by_hand()))
    project.adopt()
    backends = {call.partition(" ")[2].split()[0]: call.partition(" ")[0] for call in project.calls[1:]}
    assert project.calls[0].startswith("mine preview ")
    assert backends.keys() == {"stack", "import", "preview"}
    [state] = {backend.removeprefix("file://") for backend in backends.values()}
    assert not Path(state).parent.exists()


def test_a_refusal_writes_no_file(project: Project) -> None:
    project.previews(DECLARED, after=after_import(made_by_hand(), "replace", replaceReasons=["fifoQueue"]))
    ran = project.adopt()
    assert ran.code == Exit.INCOMPLETE
    assert "refused: OrderQueue (queue) cannot be adopted: fifoQueue cannot change" in ran.out
    assert ran.out.endswith("no file was written: correct what is refused, and run this command again\n")
    assert not (project.folder / "adopt.json").exists()


def test_what_the_stack_has_already_needs_no_file(project: Project) -> None:
    project.previews(present(DECLARED, made_by_hand()))
    ran = project.adopt()
    assert (ran.code, ran.out) == (Exit.DONE, "1 resource already in the stack\nnothing else was found in AWS\n")
    assert not (project.folder / "adopt.json").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [("OrderQueue", "none has the name of the program: name"), ("OrderQueue-1a2b3c4", "Pulumi adds random characters")],
)
def test_if_nothing_is_found_the_user_can_name_it(project: Project, name: str, told: str) -> None:
    project.previews(declares(types.QUEUE, "OrderQueue", {"name": name}))
    ran = project.adopt()
    assert ran.code == Exit.INCOMPLETE
    assert told in ran.out
    assert "give it with --from" in ran.out


def test_the_name_of_a_resource_is_shown_without_an_address(project: Project) -> None:
    subscribed = declares(types.SUBSCRIPTION, "OrderAlerts-ops@example.com", {"protocol": "email"})
    project.previews(DECLARED, subscribed, after=after_import(made_by_hand()))
    assert "topic subscription [address]" in project.adopt().out
    assert "ops@example.com" not in project.adopt("--json").out


def test_a_failed_import_is_one_line_with_its_reason(project: Project) -> None:
    importing = "echo '  error: resource x does not exist'; exit 1"
    project.previews(DECLARED, after=after_import(made_by_hand()), importing=importing)
    ran = project.adopt()
    assert (ran.code, ran.out, ran.err.count("\n")) == (Exit.NO_ACCESS, "", 1)
    assert ran.err.endswith("failed: resource x does not exist\n")


def test_a_file_that_cannot_be_written_is_one_line(project: Project) -> None:
    project.previews(DECLARED, after=after_import(made_by_hand()))
    ran = project.adopt("--out", "/nowhere/adopt.json")
    assert (ran.code, ran.err) == (Exit.NO_ACCESS, "/nowhere/adopt.json cannot be written: No such file or directory\n")
