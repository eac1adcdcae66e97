"""The program is changed: the review says what happens to the orders."""

import pytest

from infra import resource_types as types
from tests.engine.prediction.changes import PROGRAM, SECOND_READER
from tests.engine.prediction.orders import REGIONS
from tests.engine.prediction.prediction import predict
from tests.engine.prediction.program import changed, renamed
from tests.engine.prediction.system import Sandbox
from tests.support.prediction import BACK


@pytest.mark.parametrize("change", PROGRAM)
def test_a_change_of_the_program(box: Sandbox, change: str) -> None:
    """Change the program, and if that did no harm, change it back."""
    is_as_before = False
    try:
        with box.changed(PROGRAM[change]):
            predicted = predict(box.deployed, change)
        assert predicted.faults() == []
        if predicted.outcome.is_harmless:
            back = predict(box.deployed, f"{change}{BACK}")
            assert back.faults() == []
            is_as_before = back.outcome.is_harmless
    finally:
        if not is_as_before:
            box.restore()


def test_a_second_reader(box: Sandbox) -> None:
    try:
        with box.changed(SECOND_READER):
            predicted = predict(box.deployed, "add a second reader", orders_after=30)
        assert predicted.faults() == []
        assert predicted.outcome.lost
    finally:
        box.restore()


def test_another_region(box: Sandbox) -> None:
    stack_file = box.deployed.root / "Pulumi.dev.yaml"
    try:
        stack_file.write_text(stack_file.read_text().replace(*REGIONS))
        assert predict(box.deployed, "another Region").faults() == []
    finally:
        box.renew()


def test_a_retained_queue_that_is_renamed(box: Sandbox) -> None:
    retained = changed(types.QUEUE, "OrderQueue", "opts.retain_on_delete = True")
    try:
        with box.changed(retained):
            box.deployed.stack.up()
        with box.changed(retained + renamed(types.QUEUE, "OrderQueue", "NewQueue")):
            assert predict(box.deployed, "rename a retained queue").faults() == []
    finally:
        box.restore()


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ("a comment in the handler", "# nothing\n"),
        ("a handler that cannot be imported", "raise RuntimeError\n"),
        ("a handler that is not Python", "def\n"),
    ],
)
def test_another_handler(box: Sandbox, change: str, lines: str) -> None:
    source = box.deployed.root / "handler/main.py"
    before = source.read_text()
    try:
        source.write_text(before + lines)
        assert predict(box.deployed, change).faults() == []
    finally:
        source.write_text(before)
        box.restore()
