"""`orders contract`, and the completion of the fields of orders."""

from collections.abc import Callable

import pytest
import typer

from infra.project import ROOT
from ops.cli.exit_codes import Exit
from tests.support.command import CommandResult, run_orders
from tests.support.reference import commands

Run = Callable[..., CommandResult]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: run_orders(monkeypatch, capsys, *arguments)


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ([], "order.schema.json"),
        (["--format", "json-schema", "--of", "event"], "event.schema.json"),
        (["--format", "asyncapi"], "asyncapi.json"),
    ],
)
def test_the_contract_is_printed_as_the_docs_have_it(run: Run, arguments: list[str], file: str) -> None:
    ran = run("contract", *arguments)
    assert (ran.code, ran.out) == (Exit.DONE, (ROOT / "docs" / file).read_text())


def test_the_asyncapi_document_describes_both(run: Run) -> None:
    ran = run("contract", "--format", "asyncapi", "--of", "order")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert ran.err == "AsyncAPI describes orders and events in one document: give no --of\n"


@pytest.mark.parametrize(
    ("command", "option", "typed", "completed"),
    [
        (("publish",), "--group-by", "us", "userId"),
        (("dlq", "edit"), "--set", "quan", "quantity="),
        (("dlq", "redrive"), "--where", "st", "status="),
    ],
)
def test_fields_of_an_order_are_completed(command: tuple[str, ...], option: str, typed: str, completed: str) -> None:
    found = dict(commands())[command]
    [parameter] = [parameter for parameter in found.params if option in parameter.opts]
    assert [item.value for item in parameter.shell_complete(typer.Context(found), typed)] == [completed]
