"""Numbers in options: what is no number is refused before anything is done."""

import pytest

from ops.cli.exit_codes import Exit
from tests.support.command import run_orders

OPTIONS = [
    "publish --sample 3 --rate",
    "dlq redrive --all --confirm --rate",
    "dlq redrive --all --confirm --stop-at",
    "dlq move start --confirm --rate",
    "cost --orders-per-day",
    "capacity --rate 1 --account-concurrency",
    "capacity --rate 1 --table-writes",
    "capacity --rate 1 --for",
    "capacity --rate 1 --oldest",
    "publish --sample",
    "list --limit",
]
"""The number options of all commands."""


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "NaN", "1e999", "-1", "0", "", "x", "9" * 5000])
@pytest.mark.parametrize("option", OPTIONS)
def test_what_is_no_usable_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, number: str
) -> None:
    ran = run_orders(monkeypatch, capsys, *option.split(), number)
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert option.rpartition(" ")[2] in ran.err
    assert "Traceback" not in ran.err
