"""AsyncAPI's own parser, and Ajv, a second validator of JSON Schema: packages of npm that judge the contract."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.judges import kits

HERE = Path(__file__).parent / "locked" / "contract"


def installed_contract_judges() -> Path:
    """Install both. Returns the folder that contains `node_modules`. They need Node 18 or later."""
    return kits.installed_modules("contract", HERE)


def judge(folder: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Judge the documents of the contract, and texts by the schema of an order. judge.cjs describes both formats."""
    command = ["node", str(HERE / "judge.cjs"), str(folder)]
    ran = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
