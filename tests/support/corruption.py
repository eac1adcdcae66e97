"""Damage to the bytes of a file: every small one, at every position."""

from collections.abc import Iterator

INSERTED = (b"\n", b" ", b'"', b"{", b"0", b"\x00", b"\xff")


def changes(content: bytes) -> Iterator[bytes]:
    """The content with one byte changed, removed or inserted."""
    for position in range(len(content)):
        before, byte, after = content[:position], content[position], content[position + 1 :]
        yield before + after
        yield from (
            before + new + after for new in (bytes([byte ^ 1]), bytes([byte ^ 0x20]), *INSERTED) if new[0] != byte
        )
    for position in range(len(content) + 1):
        yield from (content[:position] + new + content[position:] for new in INSERTED)


def cuts(content: bytes) -> Iterator[bytes]:
    """The content without its end."""
    return (content[:size] for size in range(len(content)))
