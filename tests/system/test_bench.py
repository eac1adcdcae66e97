"""The benchmarks: the number of requests that each handler sends, and the report."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import cold, dead_letters, notifying, publishing, report, startup, warm
from bench.cold import ColdStarts, Start
from bench.report import Capacity, Starts
from bench.warm import BOUND, POWERTOOLS, SEED_STYLE, THREAD_POOL, Figures
from infra.project import ROOT
from ops.cost import OURS
from ops.event_cost import NOTIFIER

COUNT_REQUESTS = """
import json
from bench import notifying, warm
with warm.services() as service:
    counts = {}
    for size in (10, 100):
        ready = {name: prepare(warm.event(size)) for name, prepare in warm.handlers().items()}
        ready |= {name: notifying.process(module, size, 2) for name, module in notifying.MODULES.items()}
        for name, process in ready.items():
            for _ in range(2):
                before = service.requests.value
                process()
            counts.setdefault(name, []).append(service.requests.value - before)
print(json.dumps(counts))
"""


def test_each_handler_makes_the_requests_of_its_kind() -> None:
    # In a separate process, because the handlers read environment variables when they are imported.
    ran = subprocess.run(
        [sys.executable, "-c", COUNT_REQUESTS],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == {
        OURS: [1, 4],
        SEED_STYLE: [10, 100],
        THREAD_POOL: [10, 100],
        POWERTOOLS: [30, 300],
        BOUND: [1, 1],
        NOTIFIER: [1, 10],
        notifying.PLAIN: [10, 100],
    }


def some_figures(*names: str) -> dict[str, Figures]:
    return {
        name: Figures(seconds_per_batch=0.007 * (1 + place), cpu_seconds_per_order=1e-4, requests_per_order=0.1)
        for place, name in enumerate(names)
    }


def test_the_report_shows_the_figures_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(report, "PICTURE", tmp_path / "picture.svg")
    monkeypatch.setattr(report, "FIGURES", tmp_path / "figures.json")
    monkeypatch.setattr(report, "START_FIGURES", tmp_path / "starts.json")
    monkeypatch.setattr(report, "CAPACITY_FIGURES", tmp_path / "capacity.json")
    figures = {(latency, size): some_figures(*warm.MODULES, BOUND) for latency in warm.LATENCIES for size in warm.TURNS}
    starts = {name: Start(seconds=0.2, cpu_seconds=0.2, memory=2**20) for name in cold.STARTS}
    report.write(
        figures,
        {size: some_figures(*notifying.MODULES) for size in notifying.TURNS},
        ColdStarts(starts=starts, zip_size=12_345),
        {publishing.OURS: 0.1, publishing.ONE_BY_ONE: 1.0},
        dead_letters.Figures(
            {dead_letters.OURS: 2.0, dead_letters.ONE_BY_ONE: 12.5},
            list_bytes=72 * 2**20,
            edit_seconds={"first": 0.4, "last": 8.0},
        ),
        {startup.CLIENT: 0.2, startup.GET: 0.25},
    )
    page = (tmp_path / "page.md").read_text()
    assert f"| 10 | {OURS} | 7.0 ms | 1.00 x | 100 µs | 0.1 |" in page
    assert f"| 10 | {SEED_STYLE} | 14.0 ms | 2.00 x | 100 µs | 0.1 |" in page
    assert f"| 100 | {notifying.PLAIN} | 14.0 ms | 2.00 x | 100 µs | 0.1 |" in page
    assert "14,286 events a second for each shard" in page
    assert "12,345 bytes" in page
    assert f"| {publishing.ONE_BY_ONE} | 1,000 ms | 10.00 x |" in page
    assert f"| {dead_letters.ONE_BY_ONE} | 12,500 ms | 6.25 x |" in page
    assert "takes 72 MiB of memory" in page
    assert f"| {startup.GET} | 250 ms | 1.25 x |" in page
    assert page.count("### ") == len(warm.LATENCIES)
    kept = json.loads((tmp_path / "figures.json").read_text())
    assert kept["handlers"][SEED_STYLE]["10"]["seconds_per_batch"] == 0.014
    assert kept["notifiers"][NOTIFIER]["100"]["requests_per_order"] == 0.1
    shown = [text.text for text in ET.parse(tmp_path / "picture.svg").iter() if text.tag.endswith("text")]  # noqa: S314 - our own
    assert (shown.count(OURS), shown.count(NOTIFIER)) == (3, 2)
    assert "7.0 ms" in shown


def test_a_section_of_another_run_replaces_its_last_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(report, "START_FIGURES", tmp_path / "starts.json")
    report.PAGE.write_text("# Benchmarks\n\n## Soak\n\nsome\n\n## Limits\n\nmany\n")
    for milliseconds in (900.0, 300.0):
        report.write_starts(Starts(rounds=3, milliseconds={"python3.13": {OURS: 200.0, SEED_STYLE: milliseconds}}))
    page = report.PAGE.read_text()
    assert f"| python3.13 | {SEED_STYLE} | 300 ms | 1.50 x |\n\n## Limits\n\nmany\n" in page
    assert "900 ms" not in page
    assert page.startswith("# Benchmarks\n\n## Soak\n\nsome\n\n## Starts in Lambda's runtime\n")


def test_the_deviation_of_the_model_of_capacity_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(report, "CAPACITY_FIGURES", tmp_path / "capacity.json")
    monkeypatch.setattr(report, "CAPACITY_PICTURE", tmp_path / "capacity.svg")
    report.PAGE.write_text("# Benchmarks\n\n## Limits\n\nmany\n")
    capacity = Capacity(
        backlog=400,
        drain_seconds=10,
        model_backlog=420,
        model_drain_seconds=9,
        waiting=[0, 400, 200],
        model_waiting=[0, 420, 200],
        day_cpu_seconds=1,
        search_cpu_seconds=2,
        day_search_cpu_seconds=3,
    )
    report.write_capacity(capacity)
    page = report.PAGE.read_text()
    assert "| orders that wait after the burst | 400 | 420 | +5% |" in page
    assert "| seconds until no order waits | 10.0 | 9.0 | -10% |" in page
    assert page.index("## Capacity") < page.index("## Limits")
    shown = [text.text for text in ET.parse(tmp_path / "capacity.svg").iter() if text.tag.endswith("text")]  # noqa: S314 - our own
    assert {"emulator", "model", "orders that wait"} <= set(shown)
