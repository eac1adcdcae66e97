"""Builds the zip file of the Lambda function from the package `handler`. Equal sources give equal bytes.

The handler needs no package that the Lambda runtime does not contain. File order, times and modes are fixed, and the
files are not compressed. So every machine builds the same zip file, and a preview shows a change only if the sources
changed.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from infra.project import ROOT

ZIP_PATH = Path("build/order-processor.zip")
"""Path of the zip file, relative to the root of the Pulumi project, so that it is the same in every clone."""

# The earliest time that the zip format can contain. Any fixed time would do.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A zip file on disk."""

    path: Path
    """Relative to the root of the Pulumi project."""
    sha256: str
    """Of the zip file, in hexadecimal."""
    size: int
    """In bytes."""
    files: Mapping[str, str]
    """SHA-256 of each file in the zip file, in hexadecimal, by its path there."""


def build_package(project_root: Path = ROOT) -> Package:
    """Write the zip file into a folder of the Pulumi project, which can be another project than this one.

    Raises SyntaxError if a file of the handler is not valid Python; in Lambda, every order would fail.
    """
    path = project_root / ZIP_PATH
    path.parent.mkdir(exist_ok=True)
    # Write to a temporary file and rename it, so that nobody reads an incomplete file, even during two builds at once.
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        _write(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    content = path.read_bytes()
    return Package(path=ZIP_PATH, sha256=_sha256(content), size=len(content), files=_digests(path))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digests(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: _sha256(archive.read(name)) for name in archive.namelist()}


def _write(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, source in sorted(_files()):
            info = zipfile.ZipInfo(str(name), _TIME)
            info.external_attr, info.create_system = _MODE, 3
            archive.writestr(info, source.read_bytes())


def _files() -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield each file of the zip file: its name there, and its path here."""
    for source in (ROOT / "handler").rglob("*.py"):
        compile(source.read_bytes(), source, "exec")
        yield PurePosixPath(source.relative_to(ROOT)), source


if __name__ == "__main__":
    package = build_package()
    print(f"{package.sha256}  {package.path}  ({package.size:,} bytes)")
