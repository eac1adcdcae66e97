"""`orders review`."""

import json
from pathlib import Path

import pytest

from infra.effects import NAMESPACE
from infra.project import ROOT
from infra.resource_types import LOG_GROUP
from ops.cli.exit_codes import Exit
from tests.support.command import run_orders
from tests.support.no_credentials import remove_credentials
from tests.support.previews import component, component_urn, step

RECORDED = ROOT / "tests/unit/ops/review/previews/replace-protected-queue.json"
PROCESSOR = component_urn("Processor")
RETENTION = "messageRetentionSeconds"
LOSES = {"steps": [step("update", "aws:sqs/queue:Queue", "OrderQueue", {RETENTION: 90}, {RETENTION: 60})]}
SAME = step("same", "aws:sqs/queue:Queue", "OrderDLQ", {}, {})
SAFE = {"steps": [SAME, step("update", "aws:sqs/queue:Queue", "OrderQueue", {RETENTION: 60}, {RETENTION: 90})]}


def test_the_first_word_is_the_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(json.dumps(LOSES))
    ran = run_orders(monkeypatch, capsys, "review", "--preview", str(file), "--no-live")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert ran.out.splitlines() == [
        "loses: Orders, dead letters, the log that explains them, or the key that reads them can be lost.",
        "",
        "loses: lowers the retention of OrderQueue from 90 s to 60 s",
        "    SQS deletes the messages that are older than 60 s. Their ages are not known here.",
        "    Empty the queue first: wait until the orders are processed, redrive or archive the dead letters.",
        "    Cause: the program",
        "",
        "1 resource reviewed, 0 harmless changes",
    ]


def test_what_could_not_be_counted_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remove_credentials(monkeypatch)
    ran = run_orders(monkeypatch, capsys, "review", "--preview", "-", stdin=json.dumps(LOSES))
    assert ran.out.startswith("loses: ")
    assert ran.err.startswith("cannot read OrderQueue: there are no AWS credentials: log in")


def test_standard_input_gives_one_json_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run_orders(monkeypatch, capsys, "review", "--preview", "-", "--no-live", "--json", stdin=json.dumps(LOSES))
    [found] = ran.json
    assert found["verdict"] == "loses"
    assert found["findings"][0].keys() == {"verdict", "resource", "what", "why", "instead", "cause"}


@pytest.mark.parametrize(
    ("document", "limit", "code"),
    [
        (LOSES, "loses", Exit.INCOMPLETE),
        (LOSES, "weakens", Exit.INCOMPLETE),
        (LOSES, "refused", Exit.DONE),
        (SAFE, "loses", Exit.DONE),
    ],
)
def test_a_verdict_as_bad_as_the_limit_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], document: object, limit: str, code: Exit
) -> None:
    options = ("--preview", "-", "--no-live", "--fail-on", limit, "--markdown")
    ran = run_orders(monkeypatch, capsys, "review", *options, stdin=json.dumps(document))
    assert ran.code == code
    assert ran.out.startswith("### preview: ")


@pytest.mark.parametrize(
    ("stack", "days", "cause"),
    [
        ("prod", 90, "logRetentionDays, Pulumi.prod.yaml line "),
        ("dev", 30, "logRetentionDays, Pulumi.yaml line "),
        ("dev", 365, "logRetentionDays\n"),
        ("other", 90, "logRetentionDays\n"),
        (None, 90, "logRetentionDays\n"),
    ],
)
def test_a_setting_has_its_file_and_line_if_the_stack_is_named_and_has_that_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stack: str | None, days: int, cause: str
) -> None:
    steps = [
        component("", {}, {NAMESPACE: "orders"}),
        component("Processor", {"logRetentionDays": 14}, {"logRetentionDays": days}),
        step("update", LOG_GROUP, "L", {"retentionInDays": days}, {"retentionInDays": 14}, parent=PROCESSOR),
    ]
    options = ("--preview", "-", "--no-live", *(("--stack", stack) if stack else ()))
    ran = run_orders(monkeypatch, capsys, "review", *options, stdin=json.dumps({"steps": steps}))
    assert f"    Cause: {cause}" in ran.out
    place = cause.removeprefix("logRetentionDays, ")
    assert f"logRetentionDays: 14 → {days}{'' if place.endswith(chr(10)) else f' ({place}'}" in ran.out
    assert "    changes log group L\n" in ran.out


@pytest.mark.parametrize("options", [(), ("--json",), ("--markdown",)], ids=" ".join)
def test_two_previews_of_one_change_give_the_same_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    steps = json.loads(RECORDED.read_text())["steps"]
    words = ("review", "--preview", "-", "--no-live", *options)
    texts = [json.dumps({"steps": order}) for order in (steps, steps[::-1])]
    printed = [run_orders(monkeypatch, capsys, *words, stdin=text).out for text in texts]
    assert "OrderSubscription" in printed[0]
    assert printed[0] == printed[1]


def test_a_resource_that_is_deleted_and_created_is_one_resource(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [step("create", LOG_GROUP, "L", None, {}), step("delete", LOG_GROUP, "L", {})]
    text = json.dumps({"steps": steps})
    ran = run_orders(monkeypatch, capsys, "review", "--preview", "-", "--no-live", stdin=text)
    assert "\n1 resource reviewed, " in ran.out


@pytest.mark.parametrize(("options", "code"), [((), Exit.DONE), (("--fail-on", "refused"), Exit.INCOMPLETE)])
def test_a_setting_of_another_type_is_refused_like_one_that_breaks_a_rule(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: tuple[str, ...],
    code: Exit,
) -> None:
    # The message of the CLI 3.259.0.
    key = "Stack 'dev' with configuration key 'batchSize' must be of type 'integer'"
    program = tmp_path / "pulumi"
    program.write_text(f'#!/bin/sh\necho "error: validating stack config: {key}" >&2\nexit 255\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = run_orders(monkeypatch, capsys, "review", "--stack", "dev", "--no-live", *options)
    assert (ran.code, ran.err) == (code, "")
    assert ran.out.splitlines()[2:5] == [
        "refused: batchSize has a value of another type, but must be of the type integer",
        "    Pulumi checks this before it runs the program. This command restores the default.",
        "    `pulumi config --stack dev rm batchSize`",
    ]


def test_pulumi_makes_the_preview_and_its_failure_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\ncase \"$*\" in *--show-sames*) echo '{json.dumps(SAFE)}';; esac\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_orders(monkeypatch, capsys, "review", "--stack", "dev", "--no-live").out.startswith("safe: ")
    program.write_text("#!/bin/sh\necho 'error: no backend' >&2\nexit 1\n")
    ran = run_orders(monkeypatch, capsys, "review", "--stack", "dev")
    assert (ran.code, ran.err.count("\n")) == (Exit.NO_ACCESS, 1)
    assert ran.err.endswith("failed: error: no backend\n")
