"""Cold starts, side by side: a fresh interpreter until the handler has its client and has parsed an order.

Each start is as Lambda's: what the zip holds lies there as sources, without bytecode, in a folder that is not written
to; what the runtime brings is compiled.
"""

import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.warm import ENVIRONMENT, SEED_STYLE
from infra.package import ROOT, build_package
from local.samples import valid_orders
from ops.cost import OURS

POWERTOOLS, INTERPRETER, BOTOCORE = (
    "Powertools, parser, idempotency",
    "the interpreter alone",
    "botocore and a client alone",
)
STARTS = {
    INTERPRETER: "",
    BOTOCORE: "from botocore.session import get_session; get_session().create_client('dynamodb')",
    OURS: "import handler.main; from handler.order import parse_order; parse_order(body)",
    SEED_STYLE: "import seed_style; seed_style.parse(body)",
    POWERTOOLS: "import powertools; powertools.parse(body)",
}
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
"""What Lambda's Python runtimes have."""
POWERTOOLS_ZIP = (
    *("aws-lambda-powertools", "jmespath", "typing-extensions"),
    *("pydantic", "pydantic-core", "annotated-types", "typing-inspection"),
)
"""What Powertools with its parser needs in the zip."""
ROUNDS = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The medians of a handler's starts."""

    seconds: float
    cpu_seconds: float
    memory: float
    """Bytes that are resident once it is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStarts:
    """By name, and how large our zip is, in bytes."""

    starts: Mapping[str, Start]
    zip_size: int


def measure(told: Callable[[str], None]) -> ColdStarts:
    """Measure every handler's start. `told` is called with a line for each."""
    package = build_package()
    with TemporaryDirectory() as folder:
        task, runtime = Path(folder, "task"), Path(folder, "runtime")
        _copy_distributions(RUNTIME, runtime)
        compileall.compile_dir(runtime, quiet=2)
        _copy_distributions(POWERTOOLS_ZIP, task / POWERTOOLS)
        for name, module in ((POWERTOOLS, "powertools"), (SEED_STYLE, "seed_style")):
            (task / name).mkdir(exist_ok=True)
            shutil.copy(ROOT / f"bench/handlers/{module}.py", task / name)
        with zipfile.ZipFile(ROOT / package.path) as archive:
            archive.extractall(task / OURS)
        samples: dict[str, list[tuple[float, float, float]]] = {name: [] for name in STARTS}
        for round_ in range(ROUNDS + 1):
            for name, code in STARTS.items():
                sample = _start(code, [task / name, runtime])
                if round_:  # The first one fills the file system's cache.
                    samples[name].append(sample)
    starts = {}
    for name, taken in samples.items():
        seconds, cpu, memory = (statistics.median(values) for values in zip(*taken, strict=True))
        starts[name] = Start(seconds=seconds, cpu_seconds=cpu, memory=memory)
        told(f"{name}: {seconds * 1000:.0f} ms, {memory / 2**20:.0f} MiB")
    return ColdStarts(starts=starts, zip_size=package.size)


def _copy_distributions(names: tuple[str, ...], folder: Path) -> None:
    for name in names:
        for file in distribution(name).files or ():
            if file.parts[0] != ".." and "__pycache__" not in file.parts:
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target)


def _start(code: str, path: list[Path]) -> tuple[float, float, float]:
    """Start an interpreter that runs the code. Returns seconds, CPU seconds and resident bytes, read by itself."""
    program = "\n".join(
        [
            f"import sys; sys.path[:0] = {[str(folder) for folder in path]}",
            f"body = {next(valid_orders(1))!r}",
            code,
            "import time; ready, cpu = time.monotonic(), time.process_time()",
            "import json; pages = int(open('/proc/self/statm').read().split()[1])",
            "print(json.dumps([ready, cpu, pages]))",
        ]
    )
    environment = {**os.environ, **ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"}
    before = time.monotonic()
    # -S leaves out the packages of this environment.
    command = [sys.executable, "-S", "-c", program]
    ran = subprocess.run(command, env=environment, cwd=path[1], capture_output=True, text=True, check=True)
    ready, cpu, pages = json.loads(ran.stdout)
    return ready - before, cpu, pages * os.sysconf("SC_PAGE_SIZE")
