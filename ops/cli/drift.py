"""`orders drift`."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ops.cli.exit_codes import Exit
from ops.cli.options import Json, complete_stack
from ops.cli.output import print_error, print_json, print_line
from ops.errors import InvalidInput
from ops.pulumi import run_pulumi
from ops.review.drift import Difference, read_drift
from ops.review.markdown import as_list
from ops.text import counted

PREVIEW_SECONDS = 600
"""How long a preview may take: it runs the program, and reads every resource."""


def drift(
    *,
    stack: Annotated[
        str | None,
        typer.Option(help="Name of the stack. Previews it, unless --preview is given.", autocompletion=complete_stack),
    ] = None,
    preview: Annotated[
        str | None,
        typer.Option(help="Read the output of `pulumi preview --refresh --json`: a file, or - for standard input."),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the text of an issue.")] = False,
    as_json: Json = False,
) -> None:
    """Show what differs between the settings and AWS.

    Shows what somebody changed or deleted in AWS, and what was not deployed yet. Changes nothing. The exit code is 1 if
    anything differs.

    \b
    orders drift --stack prod
    pulumi preview --stack prod --refresh --json | orders drift --preview -
    """
    found = read_drift(_preview(stack, preview))
    if as_json:
        print_json({"differences": [asdict(one) for one in found]})
    elif markdown:
        for line in as_list(found):
            print_line(line)
    else:
        for line in _in_words(found):
            print_line(line)
    if found:
        raise typer.Exit(Exit.INCOMPLETE)


def _preview(stack: str | None, name: str | None) -> str:
    if name:
        return _read(name)
    if stack is None:
        raise InvalidInput("name a stack with --stack, or a preview with --preview")
    return run_pulumi("preview", "--refresh", stack=stack, seconds=PREVIEW_SECONDS, on_waiting=print_error)


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{name} cannot be read: {error}") from None


def _in_words(found: Sequence[Difference]) -> Iterator[str]:
    yield from map(str, found)
    yield f"{counted(len(found), 'difference')} between the settings and AWS" if found else "as declared"
