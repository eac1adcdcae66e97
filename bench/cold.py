"""Cold starts in comparison: a new interpreter until the function has its client and has read an order.

Each start has the same conditions as in Lambda: the files of the zip are sources without bytecode, in a folder that
nothing writes to. The packages of the runtime are compiled.
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.notifying import PLAIN, record
from bench.warm import ENVIRONMENT, SEED_STYLE
from infra.package import build_package
from infra.project import ROOT
from ops.cost import OURS
from ops.event_cost import NOTIFIER
from ops.samples import valid_orders

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
    NOTIFIER: "import handler.notifier.main; from handler.notifier.change import read_change; read_change(record)",
    PLAIN: "import plain_notifier; plain_notifier.read(record)",
}
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
"""The packages that Lambda's Python runtimes contain."""
POWERTOOLS_ZIP = (
    *("aws-lambda-powertools", "jmespath", "typing-extensions"),
    *("pydantic", "pydantic-core", "annotated-types", "typing-inspection"),
)
"""The packages that Powertools with its parser needs in the zip."""
CONTRACT = ("handler/__init__.py", "handler/contract.py", "handler/fields.py")
"""The files of our handler that its model needs."""
ROUNDS = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The medians of all starts of a handler."""

    seconds: float
    cpu_seconds: float
    memory: float
    """Resident memory of the ready handler, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStarts:
    """The cold starts of all handlers."""

    starts: Mapping[str, Start]
    """By the handler's name."""
    zip_size: int
    """Size of the zip of our handler, in bytes."""


Sample = tuple[float, float, float]
"""The seconds, CPU seconds and resident bytes of one start."""


def measure(on_progress: Callable[[str], None]) -> ColdStarts:
    """Measure the cold starts of all handlers. `on_progress` gets one line for each handler."""
    package = build_package()
    with TemporaryDirectory() as folder:
        task, runtime = Path(folder, "task"), Path(folder, "runtime")
        _install(package.path, task, runtime)
        samples = _samples(task, runtime)
    starts = {name: _medians(taken) for name, taken in samples.items()}
    for name, start in starts.items():
        on_progress(f"{name}: {start.seconds * 1000:.0f} ms, {start.memory / 2**20:.0f} MiB")
    return ColdStarts(starts=starts, zip_size=package.size)


def _install(package: Path, task: Path, runtime: Path) -> None:
    """Copy the packages of the runtime to one folder, and each handler to a folder of its own in another one."""
    copy_distributions(RUNTIME, runtime)
    compileall.compile_dir(runtime, quiet=2)
    copy_distributions(POWERTOOLS_ZIP, task / POWERTOOLS)
    for name, module in ((POWERTOOLS, "powertools"), (SEED_STYLE, "seed_style"), (PLAIN, "plain_notifier")):
        (task / name).mkdir(exist_ok=True)
        shutil.copy(ROOT / f"bench/handlers/{module}.py", task / name)
    with zipfile.ZipFile(ROOT / package) as archive:
        for name in (OURS, NOTIFIER):
            archive.extractall(task / name)
        archive.extractall(task / POWERTOOLS, CONTRACT)


def copy_distributions(names: tuple[str, ...], folder: Path) -> None:
    """Copy installed packages to a folder, without their commands and their bytecode."""
    for name in names:
        for file in distribution(name).files or ():
            if file.parts[0] != ".." and "__pycache__" not in file.parts:
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target)


def _samples(task: Path, runtime: Path) -> Mapping[str, Sequence[Sample]]:
    """Start all handlers in turns."""
    samples: dict[str, list[Sample]] = {name: [] for name in STARTS}
    for round_ in range(ROUNDS + 1):
        for name, code in STARTS.items():
            sample = _start(code, [task / name, runtime])
            if round_:  # The first round only fills the file system's cache.
                samples[name].append(sample)
    return samples


def _medians(samples: Sequence[Sample]) -> Start:
    seconds, cpu, memory = (statistics.median(values) for values in zip(*samples, strict=True))
    return Start(seconds=seconds, cpu_seconds=cpu, memory=memory)


def _start(code: str, path: Sequence[Path]) -> Sample:
    """Run code in a new interpreter, which measures itself."""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"}
    before = time.monotonic()
    # -S excludes the packages of this environment.
    command = [sys.executable, "-S", "-c", _program(code, path)]
    ran = subprocess.run(command, env=environment, cwd=path[1], capture_output=True, text=True, check=True)
    ready, cpu, pages = json.loads(ran.stdout)
    return ready - before, cpu, pages * os.sysconf("SC_PAGE_SIZE")


def _program(code: str, path: Sequence[Path]) -> str:
    """Return a program that runs the code, measures its start and prints the measurements as JSON."""
    [body] = valid_orders(1)
    return "\n".join(
        [
            f"import sys; sys.path[:0] = {[str(folder) for folder in path]}",
            f"body = {body!r}; record = {record(body)!r}",
            code,
            "import time; ready, cpu = time.monotonic(), time.process_time()",
            "import json; pages = int(open('/proc/self/statm').read().split()[1])",
            "print(json.dumps([ready, cpu, pages]))",
        ]
    )
