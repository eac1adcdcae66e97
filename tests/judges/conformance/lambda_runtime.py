"""AWS's Lambda runtime as an implementation: the runtime client in the Runtime Interface Emulator."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.judges.aws_lambda.bootstrap import Bootstrap, installed_bootstrap_of_this_python, running_code
from tests.judges.conformance.case import Aws
from tests.judges.conformance.functions import FILE, HANDLER, Function


@dataclass(frozen=True)
class LambdaRuntime(Aws):
    """Runs functions, each in an emulator of its own. It has no other request than `Invoke`."""

    bootstrap: Bootstrap
    _running: ExitStack

    def function(self, source: str, *, timeout: int = 3, **variables: str) -> Function:
        task = Path(self._running.enter_context(TemporaryDirectory())) / "task"
        task.mkdir()
        (task / FILE).write_text(source)
        environment = {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        running = self._running.enter_context(running_code(self.bootstrap, task, HANDLER, environment))
        log = task.parent / "log"
        return Function(Aws(f"http://{running.address}").client("lambda"), "function", log.read_text)


@contextmanager
def running_lambda_runtime() -> Iterator[LambdaRuntime]:
    with ExitStack() as running:
        yield LambdaRuntime(None, installed_bootstrap_of_this_python(), running)
