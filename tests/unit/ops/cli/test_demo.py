"""The exit status of the demo: 0 if every published order is accounted for, and 1 if not."""

import pytest

from ops.cli.demo import Balance, show_balance


@pytest.mark.parametrize(
    ("stored", "dead_letters", "elsewhere", "told", "status"),
    [(95, 6, 0, 95, 0), (94, 6, 0, 94, 1), (95, 7, 0, 95, 1), (95, 5, 1, 95, 1), (95, 6, 1, 95, 1), (95, 6, 0, 94, 1)],
    ids=["all accounted for", "one lost", "one too many", "one queued", "one undelivered", "one not told"],
)
def test_the_exit_status_says_whether_the_counts_add_up(
    stored: int, dead_letters: int, elsewhere: int, told: int, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    balance = Balance(
        published=101, stored=stored, dead_letters=dead_letters, elsewhere=elsewhere, told=told, repeated=0
    )
    assert show_balance(balance) == status
    assert ("published 101 = stored 95 + set aside 6" in capsys.readouterr().out) == (status == 0)


@pytest.mark.parametrize(("repeated", "times"), [(0, "each once"), (3, "3 of them more than once")])
def test_the_balance_says_how_often_events_were_told(
    repeated: int, times: str, capsys: pytest.CaptureFixture[str]
) -> None:
    balance = Balance(published=101, stored=95, dead_letters=6, elsewhere=0, told=95, repeated=repeated)
    assert show_balance(balance) == 0
    assert f"told 95 = stored 95, {times}" in capsys.readouterr().out
