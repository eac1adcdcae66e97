"""Sending letters when SQS rejects a whole request, and when the journal cannot be written."""

from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from ops.dead_letters.journal import Journal, journal, read_run
from ops.dead_letters.letter import Letter
from ops.dead_letters.move import send
from ops.dead_letters.private_file import PrivateFile
from ops.errors import NoAccess
from tests.support.recording_sqs import Answer, RecordingSQS, Request, move_all, numbered


def letter(message_id: str, kind: str = "String") -> Letter:
    attributes = {"a": {"DataType": kind, "StringValue": "x"}}
    return Letter(message_id=message_id, body="{}", attributes=attributes, system={})


def test_one_letter_that_sqs_never_accepts_does_not_keep_the_others(sqs: RecordingSQS, written: Journal) -> None:
    def reject_all(operation: str, request: Request) -> Answer | None:
        kinds = [entry["MessageAttributes"]["a"]["DataType"] for entry in request.get("Entries", ())]
        if operation == "send_message_batch" and "Wrong" in kinds:
            raise ClientError({"Error": {"Code": "InvalidParameterValue", "Message": "no such type"}}, operation)
        return None

    sqs.instead = reject_all
    result = send(cast("Any", sqs), sqs.target, [letter("m1"), letter("m2", "Wrong"), letter("m3")], written)
    assert result.copies.keys() == {"m1", "m3"}
    assert result.rejected == {"m2": "InvalidParameterValue: no such type"}
    assert len(sqs.visible(sqs.target)) == 2
    state = read_run(written.path)
    assert (state.sending, state.sent) == (set(), result.copies)


@pytest.mark.parametrize(("step", "sent", "left"), [("sending", 0, 3), ("sent", 3, 3), ("deleted", 3, 0)])
def test_a_journal_on_a_full_disk_loses_no_letter(
    sqs: RecordingSQS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, sent: int, left: int
) -> None:
    sqs.fill(numbered(3))
    append = PrivateFile.append

    def append_unless_full(self: PrivateFile, content: bytes) -> None:
        if f'"step": "{step}"'.encode() in content:
            raise NoAccess("no room")
        append(self, content)

    with journal(tmp_path / "run.jsonl") as steps:
        monkeypatch.setattr(PrivateFile, "append", append_unless_full)
        with pytest.raises(NoAccess, match="no room"):
            move_all(sqs, steps)
    assert (len(sqs.visible(sqs.target)), len(sqs.visible(sqs.source))) == (sent, left)
    # What was sent and is still there is in doubt: it is sent again, not deleted.
    assert len(read_run(tmp_path / "run.jsonl").sending) == (3 if step == "sent" else 0)
