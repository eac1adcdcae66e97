"""The picture of the cost by rate and delay."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import report
from infra.project import ROOT
from ops.cost import OURS, CostInputs
from ops.cost_picture import picture
from ops.cost_table import DELAYS, cells

NUMBER = re.compile(r"-?\d+\.?\d*")


def drawn(folder: Path) -> str:
    picture(list(cells(CostInputs.of_stack("dev"))), folder / "cost.svg")
    return (folder / "cost.svg").read_text()


def test_the_picture_names_each_handler_once_and_each_delay_with_and_without_metrics(tmp_path: Path) -> None:
    texts = [one.text for one in ET.fromstring(drawn(tmp_path)).iter() if one.tag.endswith("text")]  # noqa: S314 - our own
    assert texts.count(OURS) == 1
    for delay in DELAYS:
        for metrics in ("with", "without"):
            assert texts.count(f"delay {delay} s, {metrics} custom metrics") == 1


def test_the_picture_on_the_page_shows_the_figures_of_the_last_benchmark(tmp_path: Path) -> None:
    shown, now = (
        [float(number) for number in NUMBER.findall(svg)] for svg in (report.COST_PICTURE.read_text(), drawn(tmp_path))
    )
    assert shown == pytest.approx(now, abs=0.1), "`orders cost --by-rate --plot docs/cost.svg` draws it again"
    assert "(cost.svg)" in (ROOT / "docs/cost.md").read_text()
