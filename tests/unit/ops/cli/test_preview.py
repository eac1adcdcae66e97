"""The preview that `orders review` and `orders drift` read."""

import pytest

from ops.cli.exit_codes import Exit
from tests.support.command import run_orders

COMMANDS = ("review", "drift")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a stack with --stack, or a preview with --preview"),
        (("--preview", "/nowhere"), "/nowhere cannot be read"),
        (("--stack", "nowhere"), "there is no stack nowhere"),
    ],
)
def test_a_mistake_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    ran = run_orders(monkeypatch, capsys, command, *arguments)
    assert ran.code == Exit.USAGE
    assert told in ran.err
    assert ran.err.count("\n") == 1
