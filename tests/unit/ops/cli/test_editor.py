"""The editor's own habits are no change of a text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.cli.editor import Draft

BOM = b"\xef\xbb\xbf"
Save = Callable[[bytes], None]


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Save:
    """Install an editor that saves this content."""

    def install(content: bytes) -> None:
        (tmp_path / "content").write_bytes(content)
        monkeypatch.setenv("VISUAL", f"cp '{tmp_path / 'content'}'")

    return install


def edited(text: str) -> str:
    with Draft(text) as draft:
        saved = draft.edit()
        draft.mark_used()
    return saved


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        ("plain\n", b"plain\n"),
        ("plain\n", b"plain"),
        ("plain\n\n", b"plain\n"),
        ("plain", b"plain\r\n"),
        ("plain", BOM + b"plain"),
        ("a\nb", BOM + b"a\r\nb\r\n"),
        ("a\r\nb\r\n", b"a\nb\n"),
        ("\ufeffplain", BOM + b"plain"),
    ],
)
def test_a_text_without_another_change_stays_as_it_is(save: Save, text: str, saved: bytes) -> None:
    save(saved)
    assert edited(text) == text


@pytest.mark.parametrize(
    ("text", "saved", "expected"),
    [
        ("\ufeff{}", b"{}", "{}"),
        ("\ufeff{}", BOM + b"{ }", "{ }"),
        ("a\nb\n", b"a\r\nc\r\n", "a\nc"),
        ("plain\n", b"plain ", "plain "),
    ],
)
def test_every_other_change_is_kept(save: Save, text: str, saved: bytes, expected: str) -> None:
    save(saved)
    assert edited(text) == expected
