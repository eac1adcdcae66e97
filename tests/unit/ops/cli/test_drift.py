"""`orders drift`."""

import json
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.review.markdown import MAX_CHARACTERS
from tests.support.command import run_orders
from tests.support.previews import step

QUEUE, TIMEOUT = "aws:sqs/queue:Queue", "visibilityTimeoutSeconds"


def preview(*names: str) -> str:
    before = [step("refresh", QUEUE, name, {TIMEOUT: 30}, {TIMEOUT: 30}) for name in names]
    changed = [step("update", QUEUE, name, {TIMEOUT: 45}, {TIMEOUT: 30}) for name in names]
    return json.dumps({"steps": before + changed})


def test_each_difference_is_a_line_with_its_remedy_and_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(preview("OrderQueue"))
    ran = run_orders(monkeypatch, capsys, "drift", "--preview", str(file))
    assert (ran.code, ran.err) == (Exit.INCOMPLETE, "")
    assert ran.out.splitlines() == [
        "OrderQueue's visibility timeout is 45 s, the settings say 30: `pulumi up --refresh --stack dev` puts it back",
        "1 difference between the settings and AWS",
    ]


def test_a_stack_without_a_difference_is_as_declared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for option, expected in ((), "as declared\n"), (("--json",), '{"differences": []}\n'), (("--markdown",), ""):
        ran = run_orders(monkeypatch, capsys, "drift", "--preview", "-", *option, stdin=preview())
        assert (ran.code, ran.out) == (Exit.DONE, expected)


def test_json_is_one_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run_orders(monkeypatch, capsys, "drift", "--preview", "-", "--json", stdin=preview("OrderQueue"))
    [found] = ran.json
    assert ran.code == Exit.INCOMPLETE
    assert found["differences"] == [
        {
            "kind": "changed",
            "resource": "OrderQueue",
            "what": "OrderQueue's visibility timeout is 45 s, the settings say 30",
            "remedy": "`pulumi up --refresh --stack dev` puts it back",
        }
    ]


def test_an_issue_lists_whole_differences_mentions_nobody_and_fits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"@all *{'x' * 100}* {number}" for number in range(500)]
    ran = run_orders(monkeypatch, capsys, "drift", "--preview", "-", "--markdown", stdin=preview(*names))
    lines = ran.out.splitlines()
    assert len(ran.out) < MAX_CHARACTERS + 200
    assert all(line.endswith(" puts it back.") for line in lines[:-1])
    assert lines[-1] == f"- {500 - len(lines) + 1} more differences, which `orders drift` shows."
    assert "@all" not in ran.out
    assert "*x" not in ran.out.replace("\\*", "")


def test_pulumi_makes_the_preview_with_a_refresh(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\ncase \"$*\" in *'preview --refresh --json'*) echo '{preview()}';; esac\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_orders(monkeypatch, capsys, "drift", "--stack", "dev").out == "as declared\n"
