"""`make demo` as a process: what it prints, how it ends, and that no process stays behind."""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from ops.samples import EXAMPLE_ORDER
from tests.support.background import ORDERS, in_background, is_listening
from tests.support.processes import emulator_on, needs_proc, processes_of
from tests.support.waiting import eventually


def test_the_demo_shows_the_whole_way_and_its_counts_add_up(tmp_path: Path) -> None:
    with in_background(tmp_path, ORDERS, "demo") as demo:
        assert demo.process.wait(timeout=120) == 0, demo.printed
        printed = demo.printed
    assert "published 101 = stored 95 + set aside 6" in printed
    assert re.search(r'"message": "batch processed".*"stored": \["O1234"', printed)
    assert re.search(" +".join(map(re.escape, map(str, EXAMPLE_ORDER.values()))), printed)
    assert re.search(r"O9002 +3 +quantity must be at least 1", printed)
    for stage in ("start the emulator", "deploy", "publish", "store", "set aside"):
        assert re.search(rf"✓ {stage}.* \d+\.\d s ", printed)


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_the_demo_leaves_no_process_behind_however_it_is_ended(tmp_path: Path, how: signal.Signals) -> None:
    with in_background(tmp_path, ORDERS, "demo") as demo:
        port = demo.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        session = emulator_on(port)
        demo.wait_for("✓ store")
        assert len(processes_of(session)) > 1, "the emulator runs the function"
        demo.process.send_signal(how)
        assert demo.process.wait(timeout=60) in (-how, 128 + how)
    assert eventually(lambda: not processes_of(session), "the end of the emulator and its functions")
    assert not is_listening(port)


@needs_proc
def test_the_demo_ends_with_one_line_when_its_emulator_has_ended(tmp_path: Path) -> None:
    with in_background(tmp_path, ORDERS, "demo") as demo:
        port = demo.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        emulator = emulator_on(port)
        demo.wait_for("✓ deploy")
        os.kill(emulator, signal.SIGKILL)
        assert demo.process.wait(timeout=60) == 1
        assert "Traceback" not in demo.printed
        last = demo.printed.splitlines()[-1]
    assert re.fullmatch(r"error: the emulator ended by itself \(signal 9\); its log is .*/\.local/demo\.log", last)


@needs_proc
@pytest.mark.skipif(not shutil.which("make"), reason="needs make, and there is no `make` on PATH")
def test_ctrl_c_ends_make_demo_and_all_that_it_started(tmp_path: Path) -> None:
    with in_background(tmp_path, "import os; os.execvp('make', ['make', 'demo'])") as make:
        port = make.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        session = emulator_on(port)
        # Not later: after the deployment, the demo can end before the signal comes.
        os.killpg(make.process.pid, signal.SIGINT)  # A terminal sends the signal to the whole process group.
        assert make.process.wait(timeout=60) != 0
        assert "stopped; nothing is left running" in make.printed
    assert eventually(lambda: not processes_of(session), "the end of the emulator and its functions")
