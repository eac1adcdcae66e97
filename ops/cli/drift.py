"""`orders drift`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from ops.cli.exit_codes import Exit
from ops.cli.options import Json
from ops.cli.output import print_json, print_line
from ops.cli.preview import PreviewedStack, read_or_make
from ops.review.drift import Difference, read_drift
from ops.review.markdown import as_list
from ops.text import counted


def drift(
    *,
    stack: PreviewedStack = None,
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
    found = read_drift(read_or_make(preview, stack, "--refresh"))
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


def _in_words(found: Sequence[Difference]) -> Iterator[str]:
    yield from map(str, found)
    yield f"{counted(len(found), 'difference')} between the settings and AWS" if found else "as declared"
