"""AWS's Lambda runtime for Python, behind AWS's Runtime Interface Emulator.

The emulator starts the runtime, stops it at the function's timeout, and starts it again. It knows no event sources, no
permissions and no other instance of the function.
"""

import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.cold import RUNTIME, copy_distributions
from infra.project import ROOT
from local.emulator import LOOPBACK
from ops.clients import LOCAL_KEY, LOCAL_REGION
from tests.judges import kits
from tests.support.background import is_listening
from tests.support.waiting import eventually

LOCK = Path(__file__).parent.parent / "locked" / "aws_lambda"
EMULATOR = "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie"
EMULATOR_VERSION = "v0.0.0-20261030222936-bef5c4ba774d"
PATIENT_TIMEOUT_SECONDS = 300
"""A timeout with time to start on an emulated CPU: the start is part of the first invocation."""
PATIENCE_SECONDS = PATIENT_TIMEOUT_SECONDS + 60
"""Longer than the timeout of each function here."""
_UNTIL_STANDARD_INPUT_ENDS = 'cd "$0"; "$@" >../log 2>../emulator & echo started $!; cat >/dev/null; kill $!; wait'


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """What Lambda runs a function with."""

    emulator: Path
    python: Path
    """The Python of an environment with Lambda's runtime client."""
    packages: Path
    """A folder with the packages that Lambda's Python runtimes contain."""


def installed_bootstrap(runtime: str) -> Bootstrap:
    """Install a runtime, such as python3.13. It needs this Python, and Go for the emulator."""
    python = runtime.removeprefix("python")
    interpreter = kits.python(python)

    def install(folder: Path) -> None:
        kits.install_locked(folder, interpreter, LOCK)
        copy_distributions(RUNTIME, folder / "packages")
        kits.run(folder / "bin/python", "-m", "compileall", "-qq", folder / "packages", folder=folder)

    folder = kits.installed(f"lambda-python-{python}-boto3-{version('boto3')}", install, lock=LOCK)
    return Bootstrap(emulator=installed_emulator(), python=folder / "bin/python", packages=folder / "packages")


def installed_bootstrap_of_this_python() -> Bootstrap:
    """Install the runtime with the version of the Python that runs the tests."""
    return installed_bootstrap(f"python{sys.version_info.major}.{sys.version_info.minor}")


def installed_emulator() -> Path:
    """Install AWS's Runtime Interface Emulator. It needs Go."""
    kits.need("go")
    return kits.installed(f"lambda-emulator-{EMULATOR_VERSION}", _install_emulator) / "aws-lambda-rie"


def _install_emulator(folder: Path) -> None:
    kits.run(
        "go",
        "install",
        f"{EMULATOR}@{EMULATOR_VERSION}",
        folder=folder,
        environment={**os.environ, "GOBIN": str(folder)},
    )


class InvocationError(Exception):
    """An invocation ended without a response: an exception, the timeout, or the end of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function in the emulator, which runs one invocation at a time."""

    folder: Path
    """Its code. The log is beside it."""
    address: str
    """Host and port of Lambda's Invoke."""

    def invoke(self, event: Any) -> Any:
        """Return the function's response. Raises InvocationError with the emulator's answer."""
        answered, answer = self.answer(event)
        # The emulator answers with the status 200 after an exception and after the timeout, too.
        if answered.status != 200 or answer.startswith(("Task timed out", '{"errorMessage"')):
            raise InvocationError(answer)
        return json.loads(answer)

    def answer(self, event: Any) -> tuple[HTTPResponse, str]:
        """Return the emulator's answer, and its body."""
        connection = HTTPConnection(self.address, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event))
            answered = connection.getresponse()
            return answered, answered.read().decode()
        finally:
            connection.close()

    @property
    def lines(self) -> list[str]:
        """The lines of the log so far: what the function wrote, and the emulator's START, END and REPORT."""
        return (self.folder.parent / "log").read_text().splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON documents in the log so far."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    @property
    def durations(self) -> list[float]:
        """The milliseconds of each invocation so far. The first one contains the start of the function."""
        return [float(found) for found in re.findall(r"\tDuration: ([\d.]+) ms", "\n".join(self.lines))]

    @property
    def starts(self) -> list[float]:
        """The milliseconds of each start of the function so far."""
        log = (self.folder.parent / "emulator").read_text()
        return [float(found) for found in re.findall(r"INIT REPORT\(durationMs: ([\d.]+)\)", log)]


@contextmanager
def running_function(
    bootstrap: Bootstrap, folder: Path, declared: Mapping[str, Any], variables: Mapping[str, str]
) -> Iterator[Function]:
    """Run a function as the program declares it, in a new folder. `variables` are added to its environment."""
    task = folder / "task"
    with zipfile.ZipFile(ROOT / declared["code"].path) as package:
        package.extractall(task)
    environment = _environment(declared) | {"HOME": str(task)} | dict(variables)
    with running_code(bootstrap, task, declared["handler"], environment) as function:
        yield function


@contextmanager
def running_code(bootstrap: Bootstrap, task: Path, handler: str, environment: Mapping[str, str]) -> Iterator[Function]:
    """Run the code in a folder, which is the only one in its own."""
    function, runtime = (f"{LOOPBACK}:{kits.free_port()}" for _ in range(2))
    command = (
        *("sh", "-c", _UNTIL_STANDARD_INPUT_ENDS, task, bootstrap.emulator, "--log-level", "info"),
        *("--runtime-interface-emulator-address", function, "--runtime-api-address", runtime),
        *(bootstrap.python, "-m", "awslambdaric", handler),
    )
    environment = {"PYTHONPATH": str(bootstrap.packages), **environment}
    with kits.server("lambda", *command, ready=r"started (\d+)", environment=environment):
        eventually(lambda: is_listening(function.rpartition(":")[2]), "the emulator")
        yield Function(folder=task, address=function)


def _environment(declared: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that Lambda sets, and those that the program declares."""
    return {
        "AWS_LAMBDA_FUNCTION_NAME": "OrderProcessor",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(int(declared["timeout"])),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(int(declared["memorySize"])),
        "AWS_LAMBDA_LOG_FORMAT": declared["loggingConfig"]["logFormat"],
        "AWS_REGION": LOCAL_REGION,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        "AWS_ACCESS_KEY_ID": LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
        "PYTHONDONTWRITEBYTECODE": "1",  # In Lambda, the folder of the function is read-only.
        **declared["environment"]["variables"],
    }
