"""Text that a user names."""

import io
import sys
from pathlib import Path

import pytest

from ops.errors import InvalidInput
from ops.text_file import read_text, read_text_or_input

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("content", [b"{}", BOM + b"{}"])
def test_a_byte_order_mark_is_no_part_of_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (file := tmp_path / "file").write_bytes(content)
    assert read_text(str(file)) == read_text_or_input(str(file)) == "{}"
    monkeypatch.setattr(sys, "stdin", io.StringIO(content.decode()))
    assert read_text_or_input("-") == "{}"


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_text(str(tmp_path))
    assert str(raised.value) == f"{tmp_path} cannot be read: Is a directory"


def test_a_file_in_another_encoding_is_named_with_the_place(tmp_path: Path) -> None:
    (file := tmp_path / "file").write_bytes("{}".encode("utf-16"))
    with pytest.raises(InvalidInput) as raised:
        read_text(str(file))
    assert str(raised.value) == f"{file} is not UTF-8: invalid start byte at byte 0"
