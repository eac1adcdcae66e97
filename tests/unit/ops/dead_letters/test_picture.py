"""Failures over time, drawn into a file."""

import random
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ops.dead_letters.failures import Failure, never_executed
from ops.dead_letters.picture import COLORS, picture
from ops.errors import InvalidInput, NothingDone
from tests.support.failures import failed_attempts, failed_groups

GREY = COLORS[-1]


def _svg(failures: Sequence[Failure], folder: Path) -> ET.Element:
    picture(failures, folder / "failures.svg")
    return ET.parse(folder / "failures.svg").getroot()  # noqa: S314 - our own


def _texts(svg: ET.Element) -> list[str]:
    return ["".join(text.itertext()).strip() for text in svg.iter("{http://www.w3.org/2000/svg}text")]


def test_a_png_is_one(tmp_path: Path) -> None:
    picture(failed_groups(3), tmp_path / "failures.PNG")
    assert (tmp_path / "failures.PNG").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_an_svg_names_the_groups_their_counts_and_the_time_in_utc(tmp_path: Path) -> None:
    texts = _texts(_svg(failed_attempts(times=3) + failed_attempts("slow", 9, kind="transient"), tmp_path))
    assert texts[-2:] == ["invalid: not JSON (3)", "transient: slow (1)"]
    assert "Failed attempts, 2026-03-29 00:30 to 2026-03-29 00:40 UTC" in texts
    assert {"time (UTC)", "failed attempts in 1 min", "00:35"} <= set(texts)


def test_a_picture_names_six_groups_and_calls_the_rest_others(tmp_path: Path) -> None:
    texts = _texts(_svg(failed_groups(8), tmp_path))
    assert texts[-7:] == [*(f"invalid: cause {index} ({8 - index})" for index in range(6)), "others (3)"]


def test_six_groups_have_no_others(tmp_path: Path) -> None:
    svg = _svg(failed_groups(6), tmp_path)
    assert not any(text.startswith("others") for text in _texts(svg))
    assert GREY not in ET.tostring(svg, "unicode")


def test_a_signature_in_a_picture_is_neither_mathematics_nor_markup(tmp_path: Path) -> None:
    odd = "$\\frac{$ <b>&amp; 中文 \ufffe\x1b\n"
    assert r"invalid: $\frac{$ <b>&amp; 中文 \ufffe\x1b\n (1)" in _texts(_svg(failed_attempts(odd), tmp_path))


def test_a_long_signature_is_cut_but_its_count_is_not(tmp_path: Path) -> None:
    picture(failed_attempts("W" * 5000), tmp_path / "failures.png")
    assert _texts(_svg(failed_attempts("W" * 5000), tmp_path))[-1] == f"invalid: {'W' * 91}… (1)"


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_failures_are_the_same_picture_in_whatever_order_they_are_found(suffix: str, tmp_path: Path) -> None:
    failures = [*failed_groups(9), *failed_attempts("same", kind="b"), *failed_attempts("same", kind="a")]
    picture(failures, tmp_path / f"one.{suffix}")
    picture(random.Random(1).sample(failures, len(failures)), tmp_path / f"two.{suffix}")  # noqa: S311 - only an order
    assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_a_picture_leaves_matplotlib_as_it_was(tmp_path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - the same as in what is tested

    with mpl.rc_context({"svg.fonttype": "path", "timezone": "Asia/Tokyo", "font.size": 30}):
        before = dict(mpl.rcParams)
        theirs = _texts(_svg(failed_groups(2), tmp_path))
        assert dict(mpl.rcParams) == before
    assert theirs == _texts(_svg(failed_groups(2), tmp_path)) != []


@pytest.mark.parametrize("name", ["failures.pdf", "failures"])
def test_another_suffix_is_refused_before_the_log_is_read(name: str, tmp_path: Path) -> None:
    unread = iter(failed_groups(2))
    with pytest.raises(InvalidInput, match=rf"{name} is neither .* \.png or \.svg$"):
        picture(unread, tmp_path / name)
    assert len(list(unread)) == 3
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["missing/failures.png", "folder.svg"])
def test_a_path_that_cannot_be_written_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InvalidInput, match=rf"{name} cannot be written \(.+\): ") as refused:
        picture(failed_groups(2), tmp_path / name)
    assert "\n" not in str(refused.value)


def test_no_picture_is_made_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingDone, match="no failed attempt"):
        picture([never_executed("m")], tmp_path / "failures.png")
    assert list(tmp_path.iterdir()) == []
