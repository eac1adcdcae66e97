"""The processes of this machine, read from /proc."""

import os
import socket
import struct
from pathlib import Path

import pytest

from local.emulator import LOOPBACK

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc, which this system lacks")


def emulator_on(port: str) -> int:
    """Return the process that listens on a port. It leads the session to which its functions belong."""
    [found] = [process for process in all_processes() if f"{LOOPBACK}:{port}" in listening_addresses(process)]
    assert os.getsid(found) == found
    return found


def processes_of(session: int) -> list[int]:
    return [process for process in all_processes() if _session_of(process) == session]


def all_processes() -> list[int]:
    return [int(process.name) for process in Path("/proc").glob("[0-9]*")]


def _session_of(process: int) -> int | None:
    try:
        return os.getsid(process)
    except ProcessLookupError:  # It ended meanwhile.
        return None


def listening_addresses(process: int) -> set[str]:
    """Return the addresses at which a process accepts TCP connections."""
    sockets = {link for file in _listed(Path(f"/proc/{process}/fd")) if (link := _link(file))}
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                address, _, port = local.partition(":")
                words = [int(address[i : i + 8], 16) for i in range(0, len(address), 8)]
                packed = struct.pack(f"={len(words)}I", *words)
                found.add(f"{socket.inet_ntop(family, packed)}:{int(port, 16)}")
    return found


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
