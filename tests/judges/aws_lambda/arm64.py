"""AWS's Lambda runtime for Python on arm64: Debian's Python, which QEMU runs on any processor."""

import platform
import shlex
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cold import RUNTIME, copy_distributions
from tests.judges import kits
from tests.judges.aws_lambda.bootstrap import LOCK, Bootstrap, installed_emulator

DEBIAN, PYTHON = "bookworm", "3.11"
"""Debian 12, and the version of its Python."""
QEMU = "qemu-user-static"
ARM64 = (
    *(f"python{PYTHON}-minimal", f"libpython{PYTHON}-minimal", f"libpython{PYTHON}-stdlib"),
    # The libraries that Python's modules and the runtime client load.
    *("libc6", "libgcc-s1", "libstdc++6", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libssl3", "zlib1g"),
)
"""Debian's packages for arm64."""


def installed_arm64_bootstrap() -> Bootstrap:
    """Install the runtime of Python 3.11 for arm64. It needs Debian 12, and Go for the emulator."""
    kits.need("apt-get", "dpkg-deb")
    if platform.freedesktop_os_release().get("VERSION_CODENAME") != DEBIAN:
        raise kits.Missing(f"needs Debian 12, which has Python {PYTHON} for arm64")
    folder = kits.installed(f"lambda-arm64-boto3-{version('boto3')}", _install, lock=LOCK)
    return Bootstrap(emulator=installed_emulator(), python=folder / "python", packages=folder / "packages")


def _install(folder: Path) -> None:
    packages, root = folder / "packages", folder / "root"
    with TemporaryDirectory(dir=folder) as temporary:
        downloads = Path(temporary)
        _download(downloads)
        for package in downloads.glob("*_arm64.deb"):
            kits.run("dpkg-deb", "--extract", package, root, folder=folder)
        [qemu] = downloads.glob(f"{QEMU}_*.deb")
        kits.run("dpkg-deb", "--extract", qemu, downloads, folder=folder)
        shutil.copy(downloads / "usr/bin/qemu-aarch64-static", folder / "qemu")
    _write_python(folder / "python", folder / "qemu", root)
    uv = Path(sys.executable).with_name("uv")
    target = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", PYTHON, "--target", packages)
    requirements = ("--require-hashes", LOCK / "requirements.txt")
    kits.run(uv, "pip", "sync", "--quiet", "--python", sys.executable, *target, *requirements, folder=folder)
    copy_distributions(RUNTIME, packages)
    for sources in (root / "usr/lib" / f"python{PYTHON}", packages):
        kits.run(folder / "python", "-m", "compileall", "-qq", sources, folder=folder)


def _download(folder: Path) -> None:
    """Download Debian's packages into an empty folder. apt checks their hashes, which Debian signs.

    apt uses lists in this folder. The lists of this machine may lack arm64, and remain unchanged.
    """
    options = (f"Dir::State::Lists={folder}/lists", f"Dir::Cache={folder}/cache", "APT::Architectures::=arm64")
    apt = ("apt-get", "--quiet", *(f"--option={option}" for option in (*options, "Debug::NoLocking=true")))
    (folder / "lists/partial").mkdir(parents=True)
    kits.run(*apt, "update", folder=folder)
    kits.run(*apt, "download", QEMU, *(f"{package}:arm64" for package in ARM64), folder=folder)


def _write_python(command: Path, qemu: Path, root: Path) -> None:
    """Write a command that runs the Python for arm64. QEMU looks for each file in the root first."""
    words = (str(qemu), "-L", str(root), str(root / f"usr/bin/python{PYTHON}"))
    command.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    command.chmod(0o755)
