"""Where the system that runs on this machine is found: a note that `orders local` keeps while it runs."""

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from local.project import ROOT

NOTE = ROOT / ".local/running.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The system on this machine: where its emulator listens, and the stack's outputs."""

    url: str
    outputs: Mapping[str, Any]


def note(running: Running) -> None:
    # Written beside and moved into place: nobody ever reads half a note.
    fresh = NOTE.with_suffix(".fresh")
    fresh.write_text(json.dumps(asdict(running)))
    fresh.replace(NOTE)


def forget(url: str) -> None:
    """Take the note back, unless it is another system's."""
    if (found := _noted()) and found.url == url:
        NOTE.unlink(missing_ok=True)


def _noted() -> Running | None:
    try:
        return Running(**json.loads(NOTE.read_text()))
    except FileNotFoundError:
        return None


def running() -> Running | None:
    """The running system, or None. What was killed leaves its note behind, so the emulator has to answer."""
    found = _noted()
    if found is None:
        return None
    place = urlsplit(found.url)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), timeout=5).close()
    except OSError:
        return None
    return found
