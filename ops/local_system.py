"""The system that runs on this machine: `orders local` records where it is, and the other commands find it."""

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from infra.project import ROOT
from ops.errors import NoAccess

RECORD = ROOT / ".local/running.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSystem:
    """The emulator's URL, and the outputs of the stack that is deployed on it."""

    url: str
    outputs: Mapping[str, Any]


def save_local_system(system: LocalSystem) -> None:
    # Written to another file and renamed, so that no reader sees half a record.
    fresh = RECORD.with_suffix(".fresh")
    fresh.write_text(json.dumps(asdict(system)))
    fresh.replace(RECORD)


def forget_local_system(url: str) -> None:
    """Delete the record, unless it is about an emulator at another URL."""
    if (recorded := _read()) and recorded.url == url:
        RECORD.unlink(missing_ok=True)


def find_local_system() -> LocalSystem | None:
    """Return the running system, or None. A killed system leaves its record, so the emulator has to answer.

    Raises NoAccess if the record cannot be read.
    """
    recorded = _read()
    if recorded is None:
        return None
    address = urlsplit(recorded.url)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=5).close()
    except (OSError, UnicodeError):  # UnicodeError: no host has such a name.
        return None
    return recorded


def _read() -> LocalSystem | None:
    """Read the record. None if there is none, or if it is damaged: then `orders local` writes a new one."""
    try:
        return _parse(json.loads(RECORD.read_bytes()))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    except OSError as error:
        raise NoAccess(f"{RECORD} cannot be read: {error.strerror}; delete it, and run `orders local` again") from None


def _parse(record: object) -> LocalSystem:
    """Check a record. Raises ValueError if it is not one."""
    match record:
        case {"url": str(url), "outputs": dict(outputs)}:
            address = urlsplit(url)
            # urlsplit checks the port when it is read.
            if address.scheme == "http" and address.hostname and address.port:
                return LocalSystem(url=url, outputs=outputs)
    raise ValueError("not a record of a local system")
