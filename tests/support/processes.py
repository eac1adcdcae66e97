"""The processes of this machine, read from /proc."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import LOOPBACK

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc, which this system lacks")


def emulator_on(port: str) -> int:
    """Return the process that listens on a port. It leads the session to which its functions belong."""
    sockets = {link for link, address in _listening_sockets().items() if address == f"{LOOPBACK}:{port}"}
    [found] = [process for process in all_processes() if sockets & _links(process)]
    assert os.getsid(found) == found
    return found


def processes_of(session: int) -> list[int]:
    return [process for process in all_processes() if _session_of(process) == session]


def all_processes() -> list[int]:
    return [int(process.name) for process in Path("/proc").glob("[0-9]*")]


def descendants(process: int) -> Iterator[int]:
    """The processes that a process started, and those that these started."""
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            yield child
            yield from descendants(child)


def python_in(folder: Path) -> int:
    """Return the Python process that runs in a folder."""
    [found] = [
        process
        for process in all_processes()
        if _link(Path(f"/proc/{process}/cwd")) == str(folder) and "python" in str(_link(Path(f"/proc/{process}/exe")))
    ]
    return found


def _session_of(process: int) -> int | None:
    try:
        return os.getsid(process)
    except ProcessLookupError:  # It ended meanwhile.
        return None


def listening_addresses(process: int) -> set[str]:
    """Return the addresses at which a process accepts TCP connections."""
    sockets = _listening_sockets()
    return {sockets[link] for link in _links(process) & sockets.keys()}


def _listening_sockets() -> dict[str, str]:
    """Return the addresses that accept connections, by the socket's link under /proc."""
    found = {}
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            if " 0A " not in line:
                continue
            _, local, _, _, *_, inode = line.split()[:10]
            address, _, port = local.partition(":")
            words = [int(address[i : i + 8], 16) for i in range(0, len(address), 8)]
            packed = struct.pack(f"={len(words)}I", *words)
            found[f"socket:[{inode}]"] = f"{socket.inet_ntop(family, packed)}:{int(port, 16)}"
    return found


def _links(process: int) -> set[str]:
    return {link for file in _listed(Path(f"/proc/{process}/fd")) if (link := _link(file))}


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # The process ended meanwhile, or belongs to another user.
        return []


def _link(file: Path) -> str | None:
    try:
        return os.readlink(file)  # noqa: PTH115 - what it names is no path
    except OSError:  # Closed meanwhile.
        return None
