"""The example in docs/local.md works on a system that has just been deployed."""

import re
import subprocess
import sys
from pathlib import Path

from infra.project import ROOT
from local.deployer import deploy
from local.emulator import LOOPBACK, USUAL_PORT, emulator


def test_the_example_of_the_page_prints_the_order_that_it_publishes(tmp_path: Path) -> None:
    [example] = re.findall(r"(?s)```python\n(.*?)```", (ROOT / "docs/local.md").read_text())
    assert f"http://{LOOPBACK}:{USUAL_PORT}" in example
    with emulator(f"test-page-{tmp_path.parent.name}") as clients:
        deploy(clients)
        # The usual port may be taken on this machine. Nothing else of the example is changed.
        program = example.replace(f"http://{LOOPBACK}:{USUAL_PORT}", clients.emulator_url)
        ran = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.stderr == ""
    assert "'orderId': 'O1'" in ran.stdout
