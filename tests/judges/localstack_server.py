"""LocalStack, with functions in AWS's Lambda runtime and tables in DynamoDB Local. By itself, it needs Docker for both.

LocalStack's own Python runs this file, with the environment variables that tests/judges/localstack.py sets. The server
and the functions end when its standard input ends.
"""

import json
import os
import subprocess
import sys
import threading
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from localstack.runtime.main import main
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor
from localstack.utils.net import get_free_tcp_port, wait_for_port_open

LOOPBACK = "127.0.0.1"
UNTIL_STANDARD_INPUT_ENDS = 'cd "$0"; "$@" >"$LOG" 2>/dev/null & cat >/dev/null; kill $!; wait'
NO_RESPONSE = (b"Task timed out", b'{"errorMessage"')
"""The emulator answers with the status 200 after an exception and after the timeout, too."""


class EmulatedInstance(RuntimeExecutor):  # type: ignore[misc]  # LocalStack is not installed beside the tests
    """An instance of a function, in AWS's Runtime Interface Emulator."""

    def start(self, env_vars: dict[str, Any]) -> None:
        self._port, runtime_port = get_free_tcp_port(), get_free_tcp_port()
        self._log = Path(mkdtemp()) / "log"
        code = self.function_version.config.code.get_unzipped_code_location()
        command = (
            *("sh", "-c", UNTIL_STANDARD_INPUT_ENDS, code, os.environ["LAMBDA_EMULATOR"], "--log-level", "info"),
            *("--runtime-interface-emulator-address", f"{LOOPBACK}:{self._port}"),
            *("--runtime-api-address", f"{LOOPBACK}:{runtime_port}"),
            *(os.environ["LAMBDA_PYTHON"], "-m", "awslambdaric", self.function_version.config.handler),
        )
        environment = {
            "LOG": str(self._log),
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",  # In Lambda, the folder of the function is read-only.
            "PYTHONPATH": os.environ["LAMBDA_PACKAGES"],
            **{name: str(value) for name, value in env_vars.items()},
        }
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
        wait_for_port_open(self._port, http_path=None, sleep_time=0.05, retries=200)

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        logged = len(self.get_logs())
        connection = HTTPConnection(LOOPBACK, self._port)
        connection.request("POST", "/2015-03-31/functions/function/invocations", payload["payload"])
        answered = connection.getresponse()
        answer = answered.read()
        connection.close()
        is_error = answered.status != HTTPStatus.OK or answer.startswith(NO_RESPONSE)
        if is_error and not answer.startswith(b"{"):
            answer = json.dumps({"errorMessage": answer.decode() or "the process ended"}).encode()
        return InvocationResult(payload["invoke-id"], answer, is_error=is_error, logs=self.get_logs()[logged:])

    def get_logs(self) -> str:
        return self._log.read_text()

    def get_address(self) -> str:
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        return ""  # Only Docker's instances call LocalStack back.

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: Any) -> None:
        """LocalStack removes the code."""


def run_functions_here() -> None:
    DockerRuntimeExecutorPlugin.load = lambda *_args, **_settings: EmulatedInstance


def use_dynamodb_local(port: int) -> None:
    server = DynamodbServer(port, LOOPBACK)
    DynamodbServer.get = lambda: server
    DynamodbServer.start_dynamodb = lambda _self: True  # It runs already.


def end_with_standard_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    if "LAMBDA_EMULATOR" in os.environ:
        run_functions_here()
    if "DYNAMODB_LOCAL_PORT" in os.environ:
        use_dynamodb_local(int(os.environ["DYNAMODB_LOCAL_PORT"]))
    main()
