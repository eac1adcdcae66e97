"""A dead letter's order next to the order in the table."""

import json
import re

import pytest

from handler.outcome import STORED
from ops.cli.dlq.comparison import print_comparison
from ops.cli.terminal import console
from tests.support.orders import body


def test_a_field_of_the_table_is_beside_that_of_the_letter_in_whatever_sequence_it_was_returned(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "width", 200)
    letter = body("O1")
    order = json.loads(letter)
    stored = {"note": "only in the table", **dict(reversed(order.items()))}
    print_comparison(letter, stored, STORED, table_name="Orders")
    names = [re.findall(r'"(\w+)":', line) for line in capsys.readouterr().out.splitlines() if '":' in line]
    assert names == [*([name, name] for name in order), ["note"]]
