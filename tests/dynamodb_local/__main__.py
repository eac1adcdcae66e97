"""`make test-dynamodb`: the tests of store and stream over AWS's own DynamoDB Local. Needs Java 17 and Maven."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from local.emulator import LOGS, LOOPBACK
from tests.dynamodb_local import DYNAMODB_LOCAL

HERE = Path(__file__).parent
LIBRARIES = LOGS / "dynamodb-local"


def main() -> int:
    for tool in ("java", "mvn"):
        if not shutil.which(tool):
            print(f"make test-dynamodb needs Java 17 or later and Maven, and there is no `{tool}` on PATH")
            return 1
    fetch = ["mvn", "--quiet", "--file", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    subprocess.run([*fetch, f"-DoutputDirectory={LIBRARIES}"], check=True)
    server = ["java", f"-Djava.library.path={LIBRARIES}", "-cp", f"{LIBRARIES}/*", str(HERE / "OnLoopback.java")]
    with (
        (LOGS / "dynamodb-local.log").open("w") as log,
        subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as running,
    ):
        assert running.stdin
        assert running.stdout
        port = next((found[1] for line in running.stdout if (found := re.match(r"listening on (\d+)", line))), None)
        if port is None:
            print(f"DynamoDB Local did not start; {log.name} says why")
            return 1
        tests = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "tests/system/test_store.py",
            "tests/system/test_streams.py",
            "-k",
            "Local",
        ]
        environment = {**os.environ, DYNAMODB_LOCAL: f"http://{LOOPBACK}:{port}"}
        status = subprocess.run(tests, env=environment, check=False).returncode
        running.stdin.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
