"""`orders review`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Annotated

import typer

from infra.project import nearest, setting_position, stack_config, stack_names
from ops.cli.exit_codes import Exit
from ops.cli.options import Json
from ops.cli.output import print_error, print_json, print_line
from ops.cli.preview import PreviewedStack, read_or_make
from ops.review.causes import Where
from ops.review.finding import Finding, Review, Verdict
from ops.review.live import Live, read_live
from ops.review.markdown import MAX_CHARACTERS, as_markdown
from ops.review.preview import Preview, read_preview
from ops.review.review import nowhere
from ops.review.review import review as reviewed
from ops.text import counted


def review(
    *,
    stack: PreviewedStack = None,
    preview: Annotated[
        str | None, typer.Option(help="Review the output of `pulumi preview --json`: a file, or - for standard input.")
    ] = None,
    live: Annotated[bool, typer.Option(help="Count the messages and orders that are in AWS now.")] = True,
    fail_on: Annotated[
        Verdict | None, typer.Option(help="Exit with 1 if the verdict is this one or a worse one.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a comment for a pull request.")] = False,
    max_characters: Annotated[
        int, typer.Option(min=1_000, max=MAX_CHARACTERS, help="Longest comment that --markdown may print.")
    ] = MAX_CHARACTERS,
    as_json: Json = False,
) -> None:
    """Show what a change of the program or its settings does to orders.

    The first word is the verdict: refused, loses, interrupts, weakens, look or safe. Give `pulumi preview` the option
    --show-sames: without it, the preview does not contain changes of protection.

    \b
    orders review --stack prod
    orders review --stack prod --fail-on loses
    pulumi preview --stack prod --json --show-sames | orders review --preview -
    """
    found = read_preview(read_or_make(preview, stack, "--show-sames"))
    facts = read_live(found) if live else Live()
    result = reviewed(found, facts, _where(stack))
    print_unread(facts.unread)
    if as_json:
        print_json({"verdict": result.verdict} | asdict(result))
    elif markdown:
        for line in as_markdown(result, stack or "preview", max_characters).splitlines():
            print_line(line)
    else:
        for line in _in_words(result, found):
            print_line(line)
    if fail_on and result.verdict.rank <= fail_on.rank:
        raise typer.Exit(Exit.INCOMPLETE)


def print_unread(unread: Mapping[str, Sequence[str]]) -> None:
    for reason, names in unread.items():
        print_error(f"cannot read {', '.join(names)}: {reason}")


def _where(stack: str | None) -> Where:
    """Look for settings in the files of the stack, if the user's project has such a stack."""
    folder = nearest()
    if stack not in stack_names(folder):
        return nowhere
    config = stack_config(stack, folder=folder)

    @cache
    def position(key: str) -> str:
        # Many findings have the same setting as their cause, and each look reads the files.
        return setting_position(stack, key, folder)

    def where(key: str, value: object) -> str:
        # A preview from elsewhere can contain values that are not those of the files.
        text = value if isinstance(value, str) else json.dumps(value)
        is_from_here = isinstance(value, list) or config.get(key) == text
        return position(key) if is_from_here else ""

    return where


def _in_words(result: Review, found: Preview) -> Iterator[str]:
    yield f"{result.verdict}: {result.verdict.meaning}"
    harmless = [one for one in result.findings if one.verdict is Verdict.SAFE]
    for one in result.findings:
        if one.verdict is Verdict.SAFE:
            continue
        yield ""
        yield from finding_in_words(one)
    yield from _settings(result)
    yield ""
    yield f"{counted(found.resources, 'resource')} reviewed, {counted(len(harmless), 'harmless change')}"


def finding_in_words(one: Finding) -> Iterator[str]:
    """A finding as lines."""
    yield f"{one.verdict}: {one.what}"
    yield f"    {one.why}"
    if one.instead:
        yield f"    {one.instead}"
    if one.cause:
        yield f"    Cause: {one.cause}"


def _settings(result: Review) -> Iterator[str]:
    """The settings that change, what they change, and what follows from them."""
    if result.settings:
        yield ""
    for setting in result.settings:
        place = f" ({setting.where})" if setting.where else ""
        yield f"{setting.key}: {setting.before} → {setting.after}{place}"
        if setting.resources:
            yield f"    changes {', '.join(setting.resources)}"
    if result.consequences:
        yield ""
    yield from result.consequences
