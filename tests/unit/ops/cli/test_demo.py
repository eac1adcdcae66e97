"""The exit status of the demo: 0 if every published order is accounted for, and 1 if not."""

import pytest

from ops.cli.demo import Balance, show_balance


@pytest.mark.parametrize(
    ("stored", "dead_letters", "elsewhere", "status"),
    [(95, 6, 0, 0), (94, 6, 0, 1), (95, 7, 0, 1), (95, 5, 1, 1), (95, 6, 1, 1)],
    ids=["all accounted for", "one lost", "one too many", "one queued", "one undelivered"],
)
def test_the_exit_status_says_whether_the_counts_add_up(
    stored: int, dead_letters: int, elsewhere: int, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    balance = Balance(published=101, stored=stored, dead_letters=dead_letters, elsewhere=elsewhere)
    assert show_balance(balance) == status
    assert ("published 101 = stored 95 + set aside 6" in capsys.readouterr().out) == (status == 0)
