"""Every command that reads works on any message and any table item, and prints what cannot be mistaken."""

import json
import random
import re
import shlex
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handler.contract import MAX_PARTITION_KEY_BYTES
from handler.document import is_unicode
from handler.order import InvalidOrder, parse_order
from handler.outcome import Kind
from ops.cli import terminal
from ops.cli.columns import PAGE, wrapped
from ops.cli.dlq import looking
from ops.cli.exit_codes import Exit
from ops.cli.output import CONTINUED, INDENT
from ops.dead_letters.letter import Letter
from ops.dead_letters.timing import Timing
from ops.order_body import readable
from ops.text import as_json_text, needs_no_quotes, printable
from tests.support.command import CommandResult, run_orders
from tests.support.fake_system import FakeSystem
from tests.support.messages import LARGEST, any_attributes, any_body, any_item, any_text, message_id

SEED = 20250503
MANY = 10_000
INTERRUPTED = 130
STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""A code that colors text in a terminal. It moves no cursor."""
SINCE = ("--since", "2000-01-01T00:00:00Z")


@dataclass(repr=False)
class Bench:
    """A fake system, and the command on it."""

    fake: FakeSystem
    run_command: Callable[..., CommandResult]

    def run(self, *arguments: str, code: int | None = None) -> CommandResult:
        """Run a command and check what holds for each: documented exit code, and lines that nobody can forge."""
        ran = self.run_command(*arguments)
        assert ran.code in (set(Exit) if code is None else {code}), ran.err
        for printed in (ran.out, ran.err):
            plain = STYLE.sub("", printed)
            assert plain.replace("\n", "").isprintable(), ascii(plain[:2000])
            assert printed == "" or printed.endswith("\n") or code == INTERRUPTED
        return ran

    def text(self, *arguments: str) -> list[str]:
        """The lines of the text output."""
        return STYLE.sub("", self.run(*arguments).out).split("\n")[:-1]

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """The documents of the JSON output: valid UTF-8, and one on each line, however lines are split."""
        out = self.run(*arguments, "--json").out
        assert out.encode().decode().splitlines() == out.split("\n")[:-1]
        return [json.loads(line, parse_constant=_reject) for line in out.splitlines()]

    def letters(self) -> list[Letter]:
        """The dead letters, in the sequence in which they are listed."""
        letters = [Letter.received(message) for message in self.fake.sqs.messages]  # type: ignore[arg-type]  # a fake's
        return sorted(letters, key=lambda letter: (letter.first_seen, letter.message_id))


def _reject(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is not JSON")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Bench:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(looking, "TIMING", Timing(poll_seconds=0))
    bench = Bench(FakeSystem(), lambda *arguments: run_orders(monkeypatch, capsys, *arguments))
    monkeypatch.setattr("ops.cli.options.local_system", lambda: bench.fake.system())  # noqa: PLW0108 - the fake changes
    return bench


def fill(fake: FakeSystem, chance: random.Random, count: int, *, size: int = 0) -> None:
    """Add dead letters, the failures of most of them, and an item for some of their orders."""
    for _ in range(count):
        body = any_body(chance, size=size)
        fake.sqs.add(message_id(len(fake.sqs.messages)), body, any_attributes(chance))
        letter = Letter.received(fake.sqs.messages[-1])  # type: ignore[arg-type]  # a fake's
        log_failures(fake, chance, letter)
        details = {"orderId": letter.order_id, "messageId": letter.message_id}
        head = {"history": "edit", "step": "begun", "who": any_text(chance), "why": any_text(chance), "run": "r"}
        fake.logs.history.append(json.dumps({**head, **details}))
        if letter.order_id and _can_be_key(letter.order_id) and chance.random() < 0.5:
            fake.table.items[letter.order_id] = any_item(chance, letter.order_id)


def log_failures(fake: FakeSystem, chance: random.Random, letter: Letter) -> None:
    try:
        order_id, reason = parse_order(letter.body).order_id, any_text(chance)
    except InvalidOrder as invalid:
        order_id, reason = invalid.order_id or "", invalid.reason
    for attempt in range(1, chance.choice((0, 1, 3)) + 1):
        fake.logs.write(
            "ERROR",
            "order failed",
            messageId=letter.message_id,
            orderId=order_id or None,
            attempt=attempt,
            maxAttempts=3,
            errorClass=chance.choice(("invalid", "conflict", "transient")),
            reason=reason,
            signature=reason,
        )
    if chance.random() < 0.1:
        fake.logs.write("INFO", "batch processed", OrdersStored=[1], stored=[order_id or any_text(chance)])
        fake.logs.write("ERROR", "batch failed", exception=f"Traceback\n  x\nValueError: {any_text(chance)}")


def _can_be_key(order_id: str) -> bool:
    return is_unicode(order_id) and len(order_id.encode()) <= MAX_PARTITION_KEY_BYTES


def check_lists(bench: Bench) -> None:
    """Check the commands that show every letter, record or item: as text and as JSON."""
    letters = bench.letters()
    if letters:
        listed = bench.json("dlq", "list")
        assert [one["messageId"] for one in listed] == [letter.message_id for letter in letters]
        assert [one["orderId"] for one in listed] == [letter.order_id for letter in letters]
        _heading, *lines = bench.text("dlq", "list")
        check_listed(listed, lines)
    [grouped] = bench.json("dlq", "groups", *SINCE)
    groups = [*grouped["in the queue"], *grouped["in the log"]]
    headings = 2 + sum(bool(grouped[place]) for place in ("in the queue", "in the log"))
    assert len(rows(bench.text("dlq", "groups", *SINCE))) == headings + len(groups)
    records = bench.json("logs", *SINCE)
    below = sum(str(record["exception"]).count("\n") + 1 for record in records if "exception" in record)
    assert len(records) == len(bench.fake.logs.lines)
    assert len(bench.text("logs", *SINCE)) == len(records) + below
    items = bench.json("list")
    assert [item["orderId"] for item in items] == list(bench.fake.table.items)
    assert len(bench.text("list")) == len(items) + bool(items)
    check_forecast(bench)
    check_history(bench)
    bench.json("status")
    bench.run("status")
    assert len(bench.text("dlq", "archive", "letters.jsonl", "--all")) == bool(letters)


def rows(lines: Sequence[str]) -> list[str]:
    """The lines that are not below a row."""
    return [line for line in lines if not line.startswith(INDENT)]


def details(text: str) -> list[str]:
    """The lines of a text below its row."""
    first, *others = wrapped(printable(text), PAGE - len(INDENT), PAGE - len(CONTINUED))
    return [INDENT + first, *(CONTINUED + line for line in others)]


def check_listed(listed: Sequence[Mapping[str, Any]], lines: Sequence[str]) -> None:
    """Each letter has a row, its message ID where the order ID does not name it, and the reason."""
    names = [one["orderId"] or one["messageId"] for one in listed]
    counts = Counter(names)
    remaining = deque(lines)
    for one, name in zip(listed, names, strict=True):
        row = remaining.popleft()
        has_id = remaining[0] == f"{INDENT}message {one['messageId']}"
        if has_id:
            remaining.popleft()
        beginning, _, cut = row.partition("…")
        assert row.startswith(printable(name)) or (has_id and cut and printable(name).startswith(beginning))
        assert has_id or (needs_no_quotes(name) and counts[name] == 1)
        reason = details(f"{one['class']}: {one['reason']}")
        assert [remaining.popleft() for _ in reason] == reason
    assert not remaining


def check_history(bench: Bench) -> None:
    records = bench.json("dlq", "history", *SINCE)
    assert len(records) == len(bench.fake.logs.history)
    assert len(rows(bench.text("dlq", "history", *SINCE))) == len(records)


def check_forecast(bench: Bench) -> None:
    letters = bench.letters()
    if letters:
        [forecast] = bench.json("dlq", "redrive", "--all")
        assert forecast["wouldSend"] == len(letters)
        assert len(bench.text("dlq", "redrive", "--all")) == 2 + len(forecast["wouldComeTo"])


def check_letter(bench: Bench, letter: Letter) -> None:
    """Check the commands about one letter, named by its message ID and as it is shown."""
    [shown] = bench.json("dlq", "show", letter.message_id)
    assert shown["body"] == letter.body
    lines = bench.text("dlq", "show", letter.message_id)
    assert lines[0] == f"order         {printable(letter.order_id or '?')}".rstrip()
    assert lines[1] == f"message       {letter.message_id}"
    [log] = [line for line in lines if line.startswith("log  ")]
    above, below = lines[: lines.index(log)], lines[lines.index(log) :]
    below_orders = max(number for number, line in enumerate(below) if line.startswith("a redrive would "))
    texts = [line for line in (*above, *below[below_orders:]) if not line.startswith(CONTINUED)]
    assert len(texts) + below_orders in _lines_of(letter, shown)
    program, *command = shlex.split(log.removeprefix("log"))
    assert (program, command[:2]) == ("orders", ["logs", "--since"])
    assert len(command) == 3 or bench.run(*command).code == Exit.DONE
    if letter.order_id:
        typed = printable(letter.order_id)
        ran = bench.run("dlq", "show", "--json", "--", typed)
        found = [json.loads(line)["messageId"] for line in ran.out.splitlines()]
        assert letter.message_id in found or letter.message_id in ran.err
        logged = bench.run("logs", *SINCE, f"--order={typed}")
        assert (logged.code == Exit.DONE) == bool(logged.out)


def _lines_of(letter: Letter, shown: dict[str, object]) -> set[int]:
    """The number of lines, with the two orders next to each other or, in a narrow terminal, below each other."""
    attempts = shown["attempts"]
    assert isinstance(attempts, list)
    about = 5 + (len(letter.logged_as) > 1) + len(letter.attributes)
    in_letter = readable(letter.body).count("\n") + 1
    in_table = as_json_text(shown["inTable"], indent=2).count("\n") + 1 if shown["inTable"] else 1
    others = about + (2 * len(attempts) or 1) + 4 + (shown["redriveWould"] in {Kind.CONFLICT, Kind.INVALID})
    return {others + 1 + max(in_letter, in_table), others + 3 + in_letter + in_table}


def check_order(bench: Bench, order_id: str) -> None:
    """An item is found by its ID as the table has it, and as it is shown."""
    for typed in {order_id, printable(order_id)}:
        [found] = [json.loads(line) for line in bench.run("get", "--json", "--", typed).out.splitlines()]
        assert printable(found["orderId"]) == printable(order_id)
        assert len(bench.text("get", "--", typed)) == len(found)


@pytest.mark.parametrize("in_terminal", [False, True], ids=["pipe", "terminal"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False), count=st.integers(1, 5))
def test_any_message_is_listed_shown_found_and_forecast(
    bench: Bench, in_terminal: bool, chance: random.Random, count: int
) -> None:
    bench.fake = FakeSystem()
    fill(bench.fake, chance, count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal.console, "_force_terminal", in_terminal)
        check_lists(bench)
        bench.run("dlq", "groups", "--plot", "-")
        for letter in bench.letters():
            check_letter(bench, letter)
        for order_id in bench.fake.table.items:
            check_order(bench, order_id)
        if not in_terminal:  # A terminal shows a page that refreshes in its alternate screen.
            patch.setattr(terminal, "time", SimpleNamespace(sleep=_stop))
            bench.run("dlq", "watch", code=INTERRUPTED)
            bench.run("status", "--watch", code=INTERRUPTED)


def _stop(_seconds: float) -> NoReturn:
    raise KeyboardInterrupt


def test_ten_thousand_messages_are_read_by_every_command(bench: Bench) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same messages every time
    fill(bench.fake, chance, MANY - 1)
    fill(bench.fake, chance, 1, size=LARGEST - 2000)
    check_lists(bench)
    for letter in bench.letters()[-1:]:
        check_letter(bench, letter)
    for order_id in chance.sample(list(bench.fake.table.items), 2):
        check_order(bench, order_id)
