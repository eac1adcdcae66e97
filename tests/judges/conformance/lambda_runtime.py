"""AWS's Lambda runtime as an implementation: the runtime client in the Runtime Interface Emulator."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.judges.aws_lambda.bootstrap import Bootstrap, installed_bootstrap_of_this_python, running_code
from tests.judges.aws_lambda.bootstrap import Function as RunningFunction
from tests.judges.conformance.case import Aws
from tests.judges.conformance.functions import FILE, HANDLER, Answer, Function


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
        return Function("function", partial(_invoke, running))


def _invoke(running: RunningFunction, event: Any) -> Answer:
    before = len(running.lines)
    answered, payload = running.answer(event)
    log = "\n".join(running.lines[before:])
    error = answered.getheader("X-Amz-Function-Error")
    return Answer(status=answered.status, payload=payload, function_error=error, log=log)


@contextmanager
def running_lambda_runtime() -> Iterator[LambdaRuntime]:
    with ExitStack() as running:
        yield LambdaRuntime(None, installed_bootstrap_of_this_python(), running)
