"""Restoring letters from an archive: each of them once."""

from pathlib import Path

from ops.dead_letters.journal import journal
from ops.dead_letters.restore import restore_journal, restored_ids


def test_the_restored_letters_are_recorded_beside_the_archive(tmp_path: Path) -> None:
    file = tmp_path / "letters.jsonl"
    assert restored_ids(file) == set()
    with journal(restore_journal(file)) as steps:
        steps.sending(["m1", "m2"])
        steps.sent({"m1": "copy"}, ["m2"])
    assert restored_ids(file) == {"m1"}
