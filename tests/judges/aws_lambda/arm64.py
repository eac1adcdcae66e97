"""AWS's Lambda runtime on arm64: Debian's Pythons, which QEMU runs on any processor."""

import platform
import shlex
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.cold import RUNTIME, copy_distributions
from tests.judges import kits
from tests.judges.aws_lambda.bootstrap import LOCK, Bootstrap, installed_emulator

QEMU = "qemu-user-static"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
LIBRARIES = ("libc6", "libgcc-s1", "libstdc++6", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libzstd1", "zlib1g")
"""Debian's packages with what Python's modules and the runtime client load, besides OpenSSL."""


class Debian(NamedTuple):
    """A release of Debian with a Python."""

    codename: str
    python: str
    openssl: str
    """The package with the library of OpenSSL."""

    @property
    def packages(self) -> Sequence[str]:
        parts = (f"python{self.python}-minimal", f"libpython{self.python}-minimal", f"libpython{self.python}-stdlib")
        return [f"{name}:arm64" for name in (*parts, *LIBRARIES, self.openssl)]


STABLE = Debian("bookworm", "3.11", "libssl3")
NEWEST = Debian("forky", "3.14", "libssl3t64")
"""The release that is being made."""


def installed_arm64_bootstrap() -> Bootstrap:
    """Install the runtime of Python 3.11 for arm64. It needs Debian, and Go for the emulator."""
    return _installed(STABLE)


def installed_newest_bootstrap() -> Bootstrap:
    """The same with Python 3.14, for machines without it."""
    return _installed(NEWEST)


def _installed(debian: Debian) -> Bootstrap:
    kits.need("apt-get", "dpkg-deb")
    if platform.freedesktop_os_release().get("ID") != "debian":
        raise kits.Missing("needs Debian, whose Python for arm64 it runs")
    name = f"lambda-arm64-python-{debian.python}-boto3-{version('boto3')}"
    folder = kits.installed(name, partial(_install, debian), lock=LOCK)
    return Bootstrap(emulator=installed_emulator(), python=folder / "python", packages=folder / "packages")


def _install(debian: Debian, folder: Path) -> None:
    packages, root = folder / "packages", folder / "root"
    with TemporaryDirectory(dir=folder) as temporary:
        downloads = Path(temporary)
        _download(debian, downloads)
        for package in downloads.glob("*_arm64.deb"):
            kits.run("dpkg-deb", "--extract", package, root, folder=folder)
        if not (root / "lib").exists():  # Newer releases have all of it in /usr.
            (root / "lib").symlink_to("usr/lib")
        [qemu] = downloads.glob(f"{QEMU}_*.deb")
        kits.run("dpkg-deb", "--extract", qemu, downloads, folder=folder)
        shutil.copy(downloads / "usr/bin/qemu-aarch64-static", folder / "qemu")
    _write_python(folder / "python", folder / "qemu", root / f"usr/bin/python{debian.python}", root)
    uv = Path(sys.executable).with_name("uv")
    target = ("--python-platform", "aarch64-manylinux_2_28", "--python-version", debian.python, "--target", packages)
    requirements = ("--require-hashes", LOCK / "requirements.txt")
    kits.run(uv, "pip", "sync", "--quiet", "--python", sys.executable, *target, *requirements, folder=folder)
    copy_distributions(RUNTIME, packages)
    for sources in (root / "usr/lib" / f"python{debian.python}", packages):
        kits.run(folder / "python", "-m", "compileall", "-qq", sources, folder=folder)


def _download(debian: Debian, folder: Path) -> None:
    """Download Debian's packages into an empty folder. apt checks their hashes, which Debian signs.

    apt uses lists in this folder. The lists of this machine may lack arm64, and remain unchanged. The mirror keeps only
    the newest version of a package, so no version is locked.
    """
    mirror = _mirror(folder)
    sources = folder / "sources.list"
    releases = {debian.codename, STABLE.codename}
    lines = [f"deb [signed-by={KEYS}] {mirror} {codename} main\n" for codename in sorted(releases)]
    sources.write_text("".join(lines))
    options = (
        f"Dir::Etc::SourceList={sources}",
        "Dir::Etc::SourceParts=/dev/null",
        f"Dir::State::Lists={folder}/lists",
        f"Dir::Cache={folder}/cache",
        "APT::Architectures::=arm64",
        "Debug::NoLocking=true",
    )
    apt = ("apt-get", "--quiet", *(f"--option={option}" for option in options))
    (folder / "lists/partial").mkdir(parents=True)
    kits.run(*apt, "update", folder=folder)
    packages = [f"{package}/{debian.codename}" for package in debian.packages]
    kits.run(*apt, "download", f"{QEMU}/{STABLE.codename}", *packages, folder=folder)


def _mirror(folder: Path) -> str:
    """Return the URL of this machine's mirror of Debian, as the lists of apt name it. Raises Missing without one."""
    of_debian = ("Created-By: Packages", "Origin: Debian", "Label: Debian")
    mirrors = kits.run("apt-get", "indextargets", "--format", "$(REPO_URI)", *of_debian, folder=folder).split()
    if not mirrors:
        raise kits.Missing("needs a source of Debian's packages in apt, and its lists: `apt-get update`")
    return mirrors[0]


def _write_python(command: Path, qemu: Path, python: Path, root: Path) -> None:
    """Write a command that runs the Python for arm64. QEMU looks for each file in the root first."""
    words = (str(qemu), "-L", str(root), str(python))
    command.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    command.chmod(0o755)
