"""A function that cannot be imported is found before it is deployed."""

import zipfile
from pathlib import Path

import pytest

from handler.contract import ENTRY_POINT, Variable
from infra.package import build_package
from infra.project import ROOT
from local import entry_point
from local.entry_point import BrokenFunction, check_entry_point
from ops.clients import LOCAL_REGION

VARIABLES = {
    Variable.TABLE_NAME: "Orders",
    Variable.MAX_RECEIVE_COUNT: "3",
    Variable.RETRY_AT_ONCE_QUEUE_URL: "",
    Variable.REQUEST_TIMEOUT_SECONDS: "1",
}


def check(folder: Path, source: str, **files: str) -> None:
    """Check a function whose entry point `work.main.handle` is in this module."""
    path = folder / "function.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("work/__init__.py", "")
        archive.writestr("work/main.py", source)
        for name, content in files.items():
            archive.writestr(f"work/{name}.py", content)
    check_entry_point(path, "work.main.handle", {"TABLE": "Orders"}, LOCAL_REGION)


def reason(folder: Path, source: str) -> list[str]:
    with pytest.raises(BrokenFunction) as broken:
        check(folder, source)
    return str(broken.value).splitlines()


def test_the_handler_can_be_imported_with_its_environment() -> None:
    check_entry_point(ROOT / build_package().path, ENTRY_POINT, VARIABLES, LOCAL_REGION)
    with pytest.raises(BrokenFunction) as broken:
        check_entry_point(ROOT / build_package().path, ENTRY_POINT, {}, LOCAL_REGION)
    assert "KeyError: 'ORDERS_" in str(broken.value).splitlines()[0]


def test_a_sound_function_is_imported_in_an_interpreter_of_its_own(tmp_path: Path) -> None:
    check(tmp_path, "import os, sys\nassert 'pytest' not in sys.modules\nos.environ['TABLE']\ndef handle(e, c): ...")
    check(tmp_path, "from work.other import handle", other="def handle(e, c): ...")
    check(tmp_path, "import threading, time\nthreading.Thread(target=time.sleep, args=[600]).start()\nhandle = print")
    assert list(tmp_path.iterdir()) == [tmp_path / "function.zip"]


CAUSES = {
    "import nowhere_to_be_found": "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
    "from work.main import nothing": "ImportError: cannot import name 'nothing'",
    "def other(e, c): ...": "AttributeError: module 'work.main' has no attribute 'handle'",
    "handle = 5": "TypeError: work.main.handle is not a function",
    "import os\nos.environ['UNKNOWN']": "KeyError: 'UNKNOWN'",
    "import sys\nsys.exit(0)": "it ended the interpreter with the exit code 0",
    "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)": "it ended the interpreter with the exit code -9",
    "import handler.main": "ModuleNotFoundError: No module named 'handler'",
    "import infra": "ModuleNotFoundError: No module named 'infra'",
}


@pytest.mark.parametrize("source", CAUSES)
def test_a_function_that_cannot_be_imported_is_refused_with_the_reason(tmp_path: Path, source: str) -> None:
    assert reason(tmp_path, source)[0].startswith(
        f"the function cannot be imported as work.main.handle: {CAUSES[source]}"
    )


def test_the_end_of_the_traceback_names_the_line(tmp_path: Path) -> None:
    first, *traceback = reason(tmp_path, "def go():\n    1 / 0\n\ngo()")
    assert first.endswith("ZeroDivisionError: division by zero")
    assert '      File "work/main.py", line 4, in <module>' in traceback
    assert len(traceback) <= 6


def test_an_import_that_does_not_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_point, "IMPORT_SECONDS", 0.5)
    assert reason(tmp_path, "import time\ntime.sleep(60)") == [
        "the import of work.main.handle did not end within 0.5 s"
    ]
