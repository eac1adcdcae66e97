"""The Lambda's zip: the `handler` package, always the same bytes.

It needs nothing but what Lambda's runtime has. Order, times and modes are fixed and nothing is compressed: equal
sources give an equal zip wherever it is made, and no preview shows a change that nobody made.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
ZIP_PATH = Path("build/order-processor.zip")
"""Where the zip is written, seen from the project's root: the same text in every clone."""

# The earliest time that a zip can say; what matters is that it never changes.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The zip that was written."""

    path: Path
    """Relative to the project's root."""
    sha256: str
    """Of the zip's bytes, in hex."""
    size: int
    """In bytes."""


def build_package() -> Package:
    """Write the zip to build/ under the project's root, and say what was written.

    Raises SyntaxError where a file of the handler is not Python: on AWS it would fail every order.
    """
    path = ROOT / ZIP_PATH
    path.parent.mkdir(exist_ok=True)
    # Written beside and moved into place: nobody ever reads half a zip, not even where two builds meet.
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        _write(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    content = path.read_bytes()
    return Package(path=ZIP_PATH, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def _write(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, source in sorted(_files()):
            info = zipfile.ZipInfo(str(name), _TIME)
            info.external_attr, info.create_system = _MODE, 3
            archive.writestr(info, source.read_bytes())


def _files() -> Iterator[tuple[PurePosixPath, Path]]:
    """Every file of the zip: its name there, and where it is now."""
    for source in (ROOT / "handler").rglob("*.py"):
        compile(source.read_bytes(), source, "exec")
        yield PurePosixPath(source.relative_to(ROOT)), source


if __name__ == "__main__":
    package = build_package()
    print(f"{package.sha256}  {package.path}  ({package.size:,} bytes)")
