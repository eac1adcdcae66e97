"""The trace of an invocation, from Lambda's runtime client through the processor to a socket as X-Ray's daemon.

AWS's runtime emulator passes no trace to the client, so a server of this test has the place of the emulator.
"""

import json
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import time

import pytest

from handler.contract import FUNCTION_NAME_VARIABLE
from handler.tracing import DAEMON_VARIABLE
from infra.project import ROOT
from infra.resource_types import FUNCTION
from local.emulator import LOOPBACK
from local.environment import inherited
from ops.clients import LOCAL_KEY, LOCAL_REGION
from ops.samples import valid_orders
from tests.judges.aws_lambda.bootstrap import PATIENCE_SECONDS, Bootstrap
from tests.judges.judge import Judge
from tests.support.arns import arn
from tests.support.orders import record
from tests.support.recorder import Program

TRACE, SEGMENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"


@contextmanager
def one_invocation() -> Iterator[str]:
    """Serve Lambda's runtime API for one invocation, which X-Ray records. Yields its host and port."""
    [body] = valid_orders(1)
    waiting = [json.dumps({"Records": [record("m1", body)]}).encode()]

    class RuntimeAPI(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not waiting:
                self.send_error(500)  # The client ends.
                return
            headers = {
                "Lambda-Runtime-Aws-Request-Id": "r1",
                "Lambda-Runtime-Deadline-Ms": str(int(time() * 1000) + 60_000),
                "Lambda-Runtime-Invoked-Function-Arn": arn(FUNCTION, "OrderProcessor"),
                "Lambda-Runtime-Trace-Id": f"Root={TRACE};Parent={SEGMENT};Sampled=1",
                "Content-Type": "application/json",
                "Content-Length": str(len(waiting[0])),
            }
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(waiting.pop())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), RuntimeAPI) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.judged(Judge.LAMBDA, "trace-of-a-write")
def test_a_request_to_dynamodb_is_a_subsegment_of_the_invocation(
    local: Program, bootstrap: Bootstrap, tmp_path: Path
) -> None:
    declared = local.one("aws:lambda/function:Function", "OrderProcessor").inputs
    with zipfile.ZipFile(ROOT / declared["code"].path) as package:
        package.extractall(tmp_path)
    with one_invocation() as runtime_api, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind((LOOPBACK, 0))
        environment = {
            "PYTHONPATH": str(bootstrap.packages),
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            FUNCTION_NAME_VARIABLE: "OrderProcessor",
            "AWS_REGION": LOCAL_REGION,
            "AWS_DEFAULT_REGION": LOCAL_REGION,
            "AWS_ACCESS_KEY_ID": LOCAL_KEY,
            "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
            "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
            DAEMON_VARIABLE: f"{LOOPBACK}:{daemon.getsockname()[1]}",
        }
        subprocess.run(
            [bootstrap.python, "-m", "awslambdaric", declared["handler"]],
            cwd=tmp_path,
            env={**inherited(), **declared["environment"]["variables"], **environment},
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        daemon.settimeout(0)
        document = json.loads(daemon.recv(65_536).partition(b"\n")[2])
    assert (document["trace_id"], document["parent_id"]) == (TRACE, SEGMENT)
    assert document["aws"]["operation"] == "BatchExecuteStatement"
