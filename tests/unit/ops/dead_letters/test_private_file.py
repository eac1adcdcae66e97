"""Private files: what is not the user's own file is refused before anything is written to it."""

import errno
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.dead_letters.archive import open_archive, read_archive
from ops.dead_letters.journal import journal, read_run
from ops.dead_letters.letter import Letter
from ops.dead_letters.private_file import check_private, open_private, read_lines
from ops.errors import InvalidInput, NoAccess

LETTER = Letter(message_id="m1", body="{}", attributes={}, system={})


def a_link(path: Path) -> None:
    path.with_name("target").touch(mode=0o600)
    path.symlink_to(path.with_name("target"))


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def readable_by_others(path: Path) -> None:
    path.touch(mode=0o600)
    path.chmod(0o644)


STRANGE: dict[str, Callable[[Path], None]] = {
    "is a folder": Path.mkdir,
    "is a pipe": os.mkfifo,
    "is a symbolic link": a_link,
    "is a socket": a_socket,
    "has mode 0644": readable_by_others,
}


@pytest.mark.parametrize(("told", "make"), STRANGE.items(), ids=STRANGE)
def test_what_is_not_the_users_own_regular_file_is_refused(
    tmp_path: Path, told: str, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "letters"
    make(path)
    before = stat.S_IMODE(path.lstat().st_mode), path.lstat().st_size
    for refused in (lambda: check_private(path), lambda: open_private(path).__enter__()):
        with pytest.raises(InvalidInput, match=told) as error:
            refused()
        assert str(path) in str(error.value)
    assert (stat.S_IMODE(path.lstat().st_mode), path.lstat().st_size) == before


@pytest.mark.parametrize("device", ["/dev/null", "/dev/stdout", "/dev/full"])
def test_a_device_is_refused(device: str) -> None:
    with pytest.raises(InvalidInput) as told:
        check_private(Path(device))
    assert str(told.value).startswith(f"{device} is a ")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_only_a_regular_file_is_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "letters"
    make(path)
    with pytest.raises(InvalidInput) as told:
        list(read_lines(path))
    assert str(told.value) == f"{path} is a {'folder' if path.is_dir() else 'pipe'}: name a regular file"


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "letters"
    path.touch(mode=0o600)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(InvalidInput) as told:
        check_private(path)
    assert str(told.value).startswith(f"{path} belongs to another user")


@pytest.mark.parametrize(
    "content", [b"a line\n", b"no line end", b'{"a": 1}', b'{"a": 1}\n', b"\xff\xfe\x00", b"[" * 9999]
)
def test_a_file_that_is_not_an_archive_is_refused_and_keeps_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letters"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(InvalidInput, match="letters is not an archive, line 1"), open_archive(path):
        pytest.fail("it was opened")
    assert path.read_bytes() == content


@pytest.mark.parametrize("fails_at", ["write", "fsync"])
def test_a_full_disk_adds_nothing_to_a_file_and_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    """Half of the line fits onto the disk."""
    path, write = tmp_path / "letters", os.write
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write_half(descriptor: int, content: bytes) -> int:
        if fails_at == "write" and len(content) < 40:
            raise full
        return write(descriptor, content[: len(content) // 2] if fails_at == "write" else content)

    def sync(_descriptor: int) -> None:
        raise full

    with open_archive(path) as (_, add):
        add([LETTER])
        before = path.read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write_half)
            if fails_at == "fsync":
                patched.setattr(os, "fsync", sync)
            with pytest.raises(NoAccess) as told:
                add([LETTER])
        assert str(told.value) == f"{path} cannot be written: No space left on device"
        assert path.read_bytes() == before
        add([LETTER])
    assert read_archive(path).damaged == []


def test_a_step_that_a_full_disk_did_not_take_is_not_part_of_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.jsonl"

    def write(_descriptor: int, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with journal(path) as steps:
        steps.note("begun", ids=["m1"])
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write)
            with pytest.raises(NoAccess, match="No space left"):
                steps.sending(["m1"])
        steps.note("ended")
    assert (read_run(path).sending, read_run(path).ended) == (set(), True)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(NoAccess) as told, journal(tmp_path / "state" / "run.jsonl"):
        pytest.fail("it was opened")
    assert str(told.value) == f"{tmp_path / 'state'} cannot be created: File exists"


def test_a_file_that_does_not_exist_or_cannot_be_used_is_named(tmp_path: Path) -> None:
    missing, inside = tmp_path / "missing", tmp_path / "file" / "inside"
    inside.parent.touch()
    with pytest.raises(InvalidInput) as absent:
        list(read_lines(missing))
    with pytest.raises(InvalidInput) as unread:
        list(read_lines(inside))
    with pytest.raises(InvalidInput) as unused:
        check_private(inside)
    assert str(absent.value) == f"{missing} does not exist"
    assert str(unread.value) == f"{inside} cannot be read: Not a directory"
    assert str(unused.value) == f"{inside} cannot be used: Not a directory"
