"""Previews that the prediction tests made on the real engine, each with what then happened to the orders.

`make record-previews` runs these tests, and packs what they wrote into one file.
"""

import json
import lzma
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.project import ROOT
from ops.review.live import Live, QueueFacts
from ops.review.preview import UNKNOWN
from tests.support.prediction import Outcome

FILE = ROOT / "tests/unit/ops/review/previews/recorded.jsonl.xz"
"""A line of JSON for each change. Most lines repeat each other, and the compression makes use of it."""
WANTED = "ORDERS_RECORD_PREVIEWS"
"""The environment variable with the folder to which the prediction tests write."""
STEP = {"op", "urn", "replaceReasons", "detailedDiff", "oldState", "newState"}
STATE = {
    *("type", "inputs", "outputs", "custom", "parent", "propertyDependencies"),
    *("protect", "retainOnDelete", "pendingReplacement", "sourcePosition"),
}
"""What a review reads of a step. The rest names folders of the machine, and times."""
_RANDOM = {
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"): "00000000-0000-4000-8000-{:012}",
    re.compile(r"127\.0\.0\.1:\d+"): "127.0.0.1:{}",
    re.compile(r"/[^\"\s]*/tmp\w{8}(?=/project/)"): "/{}",
    re.compile(r"(?<=\b[A-Z]-)[0-9a-f]{8}\b"): "{:08}",
}
"""What differs in each run: IDs that the emulator gives, its port, the folder of the project, and the IDs of orders."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A change: its preview, the live facts before it, and its outcome."""

    change: str
    preview: str
    """The JSON of the engine."""
    live: Live
    outcome: Outcome


def record(recording: Recording) -> None:
    """Write a recording, if the environment names a folder for it."""
    if folder := os.environ.get(WANTED):
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        found = asdict(recording) | {"preview": _compact(json.loads(recording.preview))}
        text = json.dumps(found, sort_keys=True, separators=(",", ":"), default=_days)
        (path / f"{recording.change}.json").write_text(_repeatable(text) + "\n")


def _days(age: timedelta) -> int:
    return age.days


def recordings() -> Iterator[Recording]:
    with lzma.open(FILE, "rt", encoding="utf-8") as lines:
        yield from map(_recording, lines)


def _recording(line: str) -> Recording:
    found = json.loads(line)
    live = found["live"]
    queues = {urn: QueueFacts(**facts) for urn, facts in live["queues"].items()}
    ages = {urn: timedelta(days=days) for urn, days in live["log_ages"].items()}
    return Recording(
        change=found["change"],
        preview=json.dumps(found["preview"]),
        live=Live(queues=queues, items=live["items"], log_ages=ages, unread=live["unread"]),
        outcome=Outcome(**found["outcome"]),
    )


def _compact(preview: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parts of a preview that a review reads."""
    return {
        "steps": [_step(step) for step in preview.get("steps", [])],
        "diagnostics": [
            {name: one.get(name) for name in ("severity", "message")} for one in preview.get("diagnostics", [])
        ],
    }


def _step(step: Mapping[str, Any]) -> Mapping[str, Any]:
    states = {
        side: {name: value for name, value in step[side].items() if name in STATE}
        for side in ("oldState", "newState")
        if step.get(side)
    }
    return {name: value for name, value in step.items() if name in STEP} | states


def _repeatable(text: str) -> str:
    """Replace what is random by numbers, in the order of its first place."""
    for pattern, replacement in _RANDOM.items():
        text = _numbered(text, pattern, replacement)
    return text


def _numbered(text: str, pattern: re.Pattern[str], replacement: str) -> str:
    known = {UNKNOWN: UNKNOWN}
    for found in pattern.findall(text):
        if found not in known:
            known[found] = replacement.format(len(known))
    return pattern.sub(lambda found: known[found[0]], text)


def pack(folder: Path) -> None:
    """Write all recordings of a folder to the file, in the order of their names."""
    lines = [path.read_text() for path in sorted(folder.glob("*.json"))]
    FILE.write_bytes(lzma.compress("".join(lines).encode(), preset=9))


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
    print(f"written: {FILE.relative_to(ROOT)}")
