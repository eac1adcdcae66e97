"""`orders dlq edit` in an editor, on the emulator."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import ATTRIBUTES, OrderQueues, fill, only_dead
from tests.support.orders import body


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Install an $EDITOR that runs this shell script with the file in $1."""

    def install(script: str) -> None:
        program = tmp_path / "an editor"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"'{program}'")

    return install


SAVES_ANOTHER_FILE = """sed 's/"quantity": 0/"quantity": 5/' "$1" > "$1.new" && mv "$1.new" "$1" """


@pytest.mark.parametrize(("answer", "quantity"), [("y\n", 5), ("n\n", 0)])
def test_a_letter_is_edited_in_an_editor_after_confirmation(
    dlq: Orders, queues: OrderQueues, editor: Callable[[str], None], answer: str, quantity: int
) -> None:
    editor(SAVES_ANOTHER_FILE)
    fill(queues, body("T-1", quantity=0), attributes=ATTRIBUTES)
    ran = dlq("edit", "T-1", stdin=answer)
    assert ran.code == Exit.DONE
    assert '+  "quantity": 5,' in ran.out
    assert json.loads(only_dead(queues).body)["quantity"] == quantity
    assert len(only_dead(queues).attributes) == 2 + (quantity == 5)


def test_a_body_that_is_not_json_is_corrected_in_an_editor(
    dlq: Orders, queues: OrderQueues, editor: Callable[[str], None]
) -> None:
    [letter] = fill(queues, '{"orderId": "T-1"')
    refused = dlq("edit", letter.message_id, "--set", "quantity=1")
    assert (refused.code, refused.err) == (
        Exit.USAGE,
        "the body is not a JSON object, so its fields cannot be set: correct it in an editor\n",
    )
    editor(f"cat > \"$1\" <<'END'\n{body('T-1')}\nEND")
    assert dlq("edit", letter.message_id, "--confirm").code == Exit.DONE
    assert json.loads(only_dead(queues).body) == json.loads(body("T-1"))


@pytest.mark.parametrize(
    ("script", "code", "expected"),
    [("exit 3", Exit.INCOMPLETE, "ended with 3: nothing was done"), ("true", Exit.INCOMPLETE, "nothing was changed")],
)
def test_an_editor_that_fails_or_saves_nothing_changes_nothing(
    dlq: Orders, queues: OrderQueues, editor: Callable[[str], None], script: str, code: Exit, expected: str
) -> None:
    editor(script)
    [letter] = fill(queues, body("T-1", quantity=0))
    ran = dlq("edit", "T-1", "--confirm")
    assert ran.code == code
    assert expected in ran.err
    assert only_dead(queues).digest() == letter.digest()


def test_an_editor_that_is_not_there_is_named(
    dlq: Orders, queues: OrderQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    [letter] = fill(queues, body("T-1"))
    ran = dlq("edit", "T-1")
    assert ran.code == Exit.USAGE
    assert ran.err.startswith("the editor no-such-editor --wait did not start")
    assert only_dead(queues).digest() == letter.digest()
