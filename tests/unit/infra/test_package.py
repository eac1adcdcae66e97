"""The Lambda zip: complete, and the same bytes wherever it is built."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from handler.contract import ENTRY_POINT, FUNCTION_NAME_VARIABLE, Variable
from infra import package
from infra.package import ZIP_PATH, build_package
from infra.project import ROOT

LARGEST = 108 * 1024
"""In bytes. Each cold start loads the whole zip. A function compiles the modules that it imports."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the zip's source files in another folder, written in another order and with another umask."""
    previous = os.umask(0o077)
    try:
        for folder in ("infra", "handler"):
            for source in sorted((ROOT / folder).rglob("*.py"), reverse=True):
                copy = tmp_path / source.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
    finally:
        os.umask(previous)
    return tmp_path


def test_the_zip_does_not_depend_on_the_folder_the_umask_or_the_file_order(clone: Path) -> None:
    here = build_package()
    there = subprocess.run(
        [sys.executable, "-m", "infra.package"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout
    assert there.split()[0] == here.sha256
    assert (clone / ZIP_PATH).read_bytes() == (ROOT / ZIP_PATH).read_bytes()


def test_the_zip_does_not_depend_on_the_order_in_which_files_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    here = build_package()
    found = list(package._files())
    monkeypatch.setattr(package, "_files", lambda: iter(found[::-1]))
    assert build_package() == here


def test_the_zip_can_be_in_the_folder_of_another_project_and_is_the_same(tmp_path: Path) -> None:
    assert build_package(tmp_path) == build_package()
    assert (tmp_path / ZIP_PATH).read_bytes() == (ROOT / ZIP_PATH).read_bytes()


def test_a_changed_handler_changes_the_zip(clone: Path) -> None:
    def digest() -> str:
        command = [sys.executable, "-m", "infra.package"]
        return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout.split()[0]

    before = digest()
    source = clone / "handler/order.py"
    source.write_text(source.read_text() + "# changed\n")
    assert digest() != before


def test_the_package_names_each_file_of_the_zip_with_its_hash() -> None:
    built = build_package()
    with zipfile.ZipFile(ROOT / ZIP_PATH) as archive:
        assert built.files == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert built.files["handler/order.py"] == hashlib.sha256((ROOT / "handler/order.py").read_bytes()).hexdigest()


def test_a_handler_that_is_not_python_is_not_packaged(clone: Path) -> None:
    (clone / "handler/order.py").write_text("def broken(:\n")
    command = [sys.executable, "-m", "infra.package"]
    ran = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert 'handler/order.py", line 1' in ran.stderr
    assert "SyntaxError" in ran.stderr
    assert not (clone / ZIP_PATH).exists()


def test_the_zip_is_small() -> None:
    built = build_package()
    assert built.size == (ROOT / built.path).stat().st_size < LARGEST


def _entries() -> Iterator[zipfile.ZipInfo]:
    build_package()
    with zipfile.ZipFile(ROOT / ZIP_PATH) as archive:
        yield from archive.infolist()


def test_every_file_of_the_zip_is_source_with_a_fixed_time_and_mode() -> None:
    entries = list(_entries())
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {Path(entry.filename).suffix for entry in entries} == {".py"}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_the_zip_contains_only_the_handler() -> None:
    folders = {entry.filename.split("/")[0] for entry in _entries()}
    assert folders == {"handler"}


def test_the_handler_runs_from_the_zip_with_only_the_packages_of_lambdas_runtime(tmp_path: Path) -> None:
    # -S excludes the packages of this environment. Links add those of Lambda's runtime: boto3 and its dependencies.
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"):
        packages = distribution(name)
        for top in {file.parts[0] for file in packages.files or ()} - {".."}:
            if not (runtime / top).exists():
                (runtime / top).symlink_to(str(packages.locate_file(top)))
    module, _, function = ENTRY_POINT.rpartition(".")
    program = (
        f"import sys; sys.path[:0] = [{str(ROOT / ZIP_PATH)!r}]; sys.path.append({str(runtime)!r})\n"
        f"import {module} as entry\n"
        f"assert entry.__file__.startswith({str(ROOT / ZIP_PATH)!r})\n"
        "context = type('Context', (), {'aws_request_id': 'r', 'get_remaining_time_in_millis': lambda self: 5000})()\n"
        f"print(entry.{function}({{'Records': []}}, context))"
    )
    build_package()
    ran = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=tmp_path,
        env={
            "AWS_DEFAULT_REGION": "eu-west-1",
            FUNCTION_NAME_VARIABLE: "OrderProcessor",
            Variable.TABLE_NAME: "Orders",
            Variable.MAX_RECEIVE_COUNT: "3",
            Variable.RETRY_AT_ONCE_QUEUE_URL: "",
            Variable.REQUEST_TIMEOUT_SECONDS: "1.0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[-1] == "{'batchItemFailures': []}"
