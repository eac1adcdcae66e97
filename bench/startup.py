"""The start of the `orders` command: the CPU time of short commands as whole processes."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from resource import struct_rusage
from tempfile import TemporaryDirectory

from bench.stub import Stub, stub
from infra.project import ROOT

INTERPRETER, CLIENT = "the interpreter alone", "botocore and a client alone"
HELP, GET, TAB = "orders --help", "orders get", "a TAB after orders get --st"
RUN = "from ops.cli.main import main; main()"
USE_STUB = "import sys, pathlib; from ops import local_system; local_system.RECORD = pathlib.Path(sys.argv.pop(1))\n"
ROUNDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program for the interpreter, its arguments, and variables that it needs."""

    program: str
    arguments: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def measure(on_progress: Callable[[str], None]) -> Mapping[str, float]:
    """Measure each command in turns. Returns the median CPU seconds, in user and system mode together, by command."""
    with TemporaryDirectory() as folder, stub() as service:
        seconds = _median_cpu_seconds(_commands(_record(service, folder)), bytecode=folder)
    on_progress(", ".join(f"{name} {one * 1000:.0f} ms CPU" for name, one in seconds.items()))
    return seconds


def memory_of_publishing(orders: int) -> int:
    """Return the bytes of memory that `orders publish` takes at most, with this number of samples."""
    with TemporaryDirectory() as folder, stub() as service:
        arguments = [str(_record(service, folder)), "publish", "--sample", str(orders)]
        used = _usage(Command(program=USE_STUB + RUN, arguments=arguments), bytecode=folder).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def _record(service: Stub, folder: str) -> Path:
    """Let commands find the stub as the system that runs on this machine."""
    record = Path(folder, "running.json")
    outputs = {"topicArn": "arn:aws:sns:eu-west-1:000000000000:OrderTopic", "tableName": "Orders"}
    record.write_text(json.dumps({"url": service.url, "outputs": outputs}))
    return record


def _commands(record: Path) -> Mapping[str, Command]:
    words = {"_ORDERS_COMPLETE": "complete_bash", "COMP_WORDS": "orders get --st", "COMP_CWORD": "2"}
    client = "from botocore.session import get_session as s; s().create_client('dynamodb', region_name='eu-west-1')"
    return {
        INTERPRETER: Command(program=""),
        CLIENT: Command(program=client),
        HELP: Command(program=RUN, arguments=["--help"]),
        GET: Command(program=USE_STUB + RUN, arguments=[str(record), "get", "O1"]),
        TAB: Command(program=RUN, variables=words),
    }


def _median_cpu_seconds(commands: Mapping[str, Command], bytecode: str) -> dict[str, float]:
    samples: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(ROUNDS + 1):
        for name, command in commands.items():
            used = _usage(command, bytecode)
            if round_:  # The first round writes the bytecode, as the first run after an installation does.
                samples[name].append(used.ru_utime + used.ru_stime)
    return {name: statistics.median(taken) for name, taken in samples.items()}


def _usage(command: Command, bytecode: str) -> struct_rusage:
    """Run a command, with bytecode in that folder. Raises CalledProcessError if it fails."""
    # Typer names the completion's variable after the program. `-c` would name it `_-C_COMPLETE`.
    program = f"import sys; sys.argv[0] = 'orders'\n{command.program}"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *command.arguments],
        cwd=ROOT,
        env={**os.environ, **command.variables, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return usage
