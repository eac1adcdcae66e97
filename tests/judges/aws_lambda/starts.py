"""Starts of our handler and of the seed-style one in Lambda's runtime."""

import statistics
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pulumi

from bench.report import Starts
from bench.warm import SEED_STYLE
from infra.project import ROOT
from ops.cost import OURS
from tests.judges.aws_lambda.bootstrap import Bootstrap, running_function
from tests.support.recorder import recorded


def measure(bootstraps: Mapping[str, Bootstrap], rounds: int, on_progress: Callable[[str], None]) -> Starts:
    """Start both handlers in turns with each bootstrap. `on_progress` gets one line for each runtime."""
    with TemporaryDirectory() as folder:
        ours = recorded("dev").one("aws:lambda/function:Function", "OrderProcessor").inputs
        handlers = {OURS: ours, SEED_STYLE: _seed_style(ours, Path(folder))}
        medians: dict[str, dict[str, float]] = {}
        for runtime, bootstrap in bootstraps.items():
            taken: dict[str, list[float]] = {name: [] for name in handlers}
            for _ in range(rounds):
                for name, declared in handlers.items():
                    taken[name].append(_start(bootstrap, declared))
            medians[runtime] = {name: statistics.median(times) for name, times in taken.items()}
            on_progress(f"{runtime}: " + ", ".join(f"{name} {one:.0f} ms" for name, one in medians[runtime].items()))
    return Starts(rounds=rounds, milliseconds=medians)


def _seed_style(ours: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Return our function with the code of the other handler."""
    package = folder / "seed_style.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.write(ROOT / "bench/handlers/seed_style.py", "seed_style.py")
    return {**ours, "handler": "seed_style.handle", "code": pulumi.FileArchive(str(package))}


def _start(bootstrap: Bootstrap, declared: Mapping[str, Any]) -> float:
    """Start a function. Returns the milliseconds."""
    with TemporaryDirectory() as folder, running_function(bootstrap, Path(folder), declared, {}) as function:
        function.invoke({"Records": []})
        [milliseconds] = function.starts
        return milliseconds
