"""`orders dlq edit` in an editor, on the emulator."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.cli.dlq import edit
from ops.cli.exit_codes import Exit
from ops.errors import NoAccess
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


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """The texts that are kept. Their folder is the test's own."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return lambda: list((tmp_path / "temporary").glob("orders-edit-*/*"))


REFUSED = {
    "invalid": """printf '{"orderId": "T-1", "quantity": -1}' > "$1" """,
    "another order": f"cat > \"$1\" <<'END'\n{body('T-2')}\nEND",
    "not UTF-8": """printf '\\377\\376' > "$1" """,
    "too deep": """head -c 100000 /dev/zero | tr '\\0' '[' > "$1" """,
    "failed": """echo changed > "$1"; exit 3""",
    "killed": """echo changed > "$1"; kill -9 $$""",
}


@pytest.mark.parametrize("script", REFUSED.values(), ids=REFUSED)
def test_a_text_that_is_not_accepted_is_kept_in_a_private_file_that_is_named(
    dlq: Orders, queues: OrderQueues, editor: Callable[[str], None], drafts: Callable[[], list[Path]], script: str
) -> None:
    [letter] = fill(queues, body("T-1", quantity=0))
    editor(script)
    ran = dlq("edit", "T-1", "--confirm")
    assert ran.code in (Exit.USAGE, Exit.INCOMPLETE)
    [draft] = drafts()
    assert f"your text is kept in {draft}" in ran.err
    assert draft.read_bytes()
    assert draft.parent.stat().st_mode & 0o077 == 0
    assert only_dead(queues).digest() == letter.digest()


@pytest.mark.parametrize("script", ['rm "$1"', 'rm "$1"; mkdir "$1"', "true", "exit 3", "kill -9 $$"])
def test_an_editor_that_leaves_no_other_text_leaves_no_file(
    dlq: Orders, queues: OrderQueues, editor: Callable[[str], None], drafts: Callable[[], list[Path]], script: str
) -> None:
    [letter] = fill(queues, body("T-1", quantity=0))
    editor(script)
    ran = dlq("edit", "T-1", "--confirm")
    assert ran.code == Exit.INCOMPLETE
    assert len(ran.err.splitlines()) == 1
    assert drafts() == []
    assert only_dead(queues).digest() == letter.digest()


@pytest.mark.parametrize(("answer", "code", "quantity"), [("y\n", Exit.DONE, 5), ("n\n", Exit.INCOMPLETE, 0)])
def test_in_a_terminal_the_editor_is_offered_again_with_the_same_text(
    dlq: Orders,
    queues: OrderQueues,
    editor: Callable[[str], None],
    drafts: Callable[[], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: Exit,
    quantity: int,
) -> None:
    """The first time, the editor saves -5, and the second time 5."""
    monkeypatch.setattr(edit, "is_interactive", lambda: True)
    fill(queues, body("T-1", quantity=0))
    editor(
        """sed 's/"quantity": 0/"quantity": -0005/; s/: -5/: 5/; s/-0005/-5/' "$1" > "$1.new" && mv "$1.new" "$1" """
    )
    ran = dlq("edit", "T-1", "--confirm", stdin=answer)
    assert ran.code == code, ran
    assert "not accepted" in ran.err
    assert "Open the editor again?" in ran.err
    assert json.loads(only_dead(queues).body)["quantity"] == quantity
    assert len(drafts()) == (code != Exit.DONE)


def test_a_text_is_kept_when_the_letter_cannot_be_put_back(
    dlq: Orders,
    queues: OrderQueues,
    editor: Callable[[str], None],
    drafts: Callable[[], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **_named: object) -> None:
        raise NoAccess("the disk is full")

    monkeypatch.setattr(edit, "put_back", fail)
    fill(queues, body("T-1", quantity=0))
    editor(SAVES_ANOTHER_FILE)
    ran = dlq("edit", "T-1", "--confirm")
    assert ran.code == Exit.NO_ACCESS
    assert "the disk is full" in ran.err
    assert '"quantity": 5' in drafts()[0].read_text()


ONLY_ANOTHER_FORM = {
    "saved as it is": "true",
    "a line break at the end": """printf '\\n' >> "$1" """,
    "CR LF": """sed 's/\\r*$/\\r/' "$1" > "$1.new" && mv "$1.new" "$1" """,
    "a byte order mark": """{ printf '\\357\\273\\277'; cat "$1"; } > "$1.new" && mv "$1.new" "$1" """,
}


@pytest.mark.parametrize("script", ONLY_ANOTHER_FORM.values(), ids=ONLY_ANOTHER_FORM)
@pytest.mark.parametrize(
    "text", [body("T-1", quantity=0), "plain text\n", "two\r\nlines\r\n"], ids=["an order", "a line", "CR LF"]
)
def test_a_text_that_is_saved_in_another_form_only_is_no_change(
    dlq: Orders,
    queues: OrderQueues,
    editor: Callable[[str], None],
    drafts: Callable[[], list[Path]],
    script: str,
    text: str,
) -> None:
    [letter] = fill(queues, text)
    editor(script)
    ran = dlq("edit", letter.message_id, "--confirm")
    assert (ran.code, ran.out, ran.err) == (Exit.INCOMPLETE, "", "nothing was changed\n")
    assert drafts() == []
    assert only_dead(queues).digest() == letter.digest()


def test_a_text_may_begin_with_a_byte_order_mark(
    dlq: Orders, queues: OrderQueues, editor: Callable[[str], None]
) -> None:
    fill(queues, body("T-1", quantity=0))
    editor(f"printf '\\357\\273\\277' > \"$1\"; cat >> \"$1\" <<'END'\n{body('T-1')}\nEND")
    assert dlq("edit", "T-1", "--confirm").code == Exit.DONE
    assert json.loads(only_dead(queues).body) == json.loads(body("T-1"))
