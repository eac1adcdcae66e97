"""The temporary file of a look, on a disk that is full."""

import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

from ops.cli.exit_codes import Exit, exit_code_of
from ops.dead_letters.letter import Letter
from ops.dead_letters.spool import Spool
from ops.errors import NoAccess
from tests.support.recording_sqs import RecordingSQS, look_at, numbered

LETTER = Letter(message_id="m1", body="x" * 1_000_000, attributes={}, system={})


def full_file() -> IO[bytes]:
    """A file on a device that has no room."""
    return Path("/dev/full").open("r+b")


def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", full_file)
    spool = Spool()
    with pytest.raises(NoAccess) as told:
        spool.append(LETTER)
    spool.close()
    assert str(told.value) == "the temporary folder cannot be used: No space left on device; name another one in TMPDIR"
    assert exit_code_of(told.value) == Exit.NO_ACCESS


def test_a_full_disk_during_a_look_releases_the_letters_that_fit(
    sqs: RecordingSQS, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs.fill(numbered(15))
    real, spooled = Spool.append, list[Any]()

    def append(self: Spool, letter: Letter) -> int:
        spooled.append(letter)
        if len(spooled) > 3:
            raise NoAccess("full")
        return real(self, letter)

    monkeypatch.setattr(Spool, "append", append)
    with pytest.raises(NoAccess, match="full"), look_at(sqs):
        pytest.fail("the look ended well")
    # The others are visible again when their leases end.
    assert len(sqs.visible(sqs.source)) >= 3


def test_a_temporary_folder_that_does_not_exist_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(NoAccess) as told:
        Spool()
    assert str(told.value).startswith("the temporary folder cannot be used: No such file")
