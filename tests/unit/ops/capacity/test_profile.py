"""How many orders are published in each second."""

from pathlib import Path

import pytest

from ops.capacity.profile import from_csv, peak
from ops.errors import InvalidInput


def test_a_peak_rises_evenly_and_falls_back_to_the_base() -> None:
    profile = peak(10, 50, ramp=4, seconds=2)
    assert profile.rates == [15, 25, 35, 45, 50, 50]
    assert (profile.before, profile.after) == (10, 10)


@pytest.mark.parametrize("text", ["1\n2.5\n0\n", "orders\n1\n2.5\n0", "\ufefforders\r\n1\r\n2.5\r\n0\r\n"])
def test_a_file_has_a_second_on_each_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_bytes(text.encode())
    profile = from_csv(str(tmp_path / "day.csv"))
    assert (profile.rates, profile.after) == ([1, 2.5, 0], 0)


@pytest.mark.parametrize("line", ["many", "-1", "nan", "inf", "1e9", "", "1,2"])
def test_a_line_that_is_no_number_of_orders_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(f"1\n{line}\n3\n")
    with pytest.raises(InvalidInput) as refused:
        from_csv(str(tmp_path / "day.csv"))
    assert f"day.csv line 2 is `{line}`, but a line contains the orders of one second" in str(refused.value)


@pytest.mark.parametrize(("text", "seconds"), [("", "0"), ("orders\n", "0"), ("1\n" * 1_296_001, "1,296,001")])
def test_a_file_has_at_least_a_second_and_at_most_15_days(text: str, seconds: str, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(text)
    with pytest.raises(InvalidInput) as refused:
        from_csv(str(tmp_path / "day.csv"))
    assert f"day.csv has {seconds} seconds: give 1 to 1,296,000" in str(refused.value)


@pytest.mark.parametrize("line", ["5x", "1,2", "", "  ", "\x00\x011"])
def test_a_first_line_that_is_no_heading_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(f"{line}\n3\n")
    with pytest.raises(InvalidInput) as refused:
        from_csv(str(tmp_path / "day.csv"))
    assert "day.csv line 1 is `" in str(refused.value)
