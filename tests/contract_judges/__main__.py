"""`make test-contract`: the contract's documents under AsyncAPI's own parser and under Ajv. Needs Node 18 and npm."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.emulator import LOGS
from tests.properties.test_contract_judges import JUDGES

HERE = Path(__file__).parent
FOLDER = LOGS / "contract-judges"


def main() -> int:
    if not shutil.which("npm"):
        print("make test-contract needs Node 18 or later and npm, and there is no `npm` on PATH")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(HERE / file, FOLDER)
    # The lock has a hash for each package. Without scripts, an installation runs no code of a package.
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, check=True)
    tests = [sys.executable, "-m", "pytest", "-q", "tests/properties/test_contract_judges.py"]
    return subprocess.run(tests, env={**os.environ, JUDGES: str(FOLDER)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
