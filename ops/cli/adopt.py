"""`orders adopt`."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.resource_types import noun
from ops.adopt.adoption import Adopted, Adoption
from ops.adopt.adoption import adopt as adopted
from ops.adopt.declared import Declared
from ops.adopt.trial import IMPORT_OPTIONS
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, complete_stack
from ops.cli.output import print_error, print_json, print_line, print_row
from ops.cli.review import finding_in_words, print_unread
from ops.errors import NoAccess
from ops.review.finding import Verdict
from ops.text import counted

COLUMNS = {"input": 32, "in AWS": 32, "in the program": 0}
"""The columns of a comparison and the minimum width of each."""


def adopt(
    *,
    stack: Annotated[
        str, typer.Option(help="Name of the stack that gets the resources.", autocompletion=complete_stack)
    ],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", help="File in YAML or JSON that maps logical names to names, ARNs, URLs or UUIDs in AWS."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="File to write for `pulumi import --file`.")] = Path("adopt.json"),
    as_json: Json = False,
) -> None:
    """Bring resources that were made by hand into a stack.

    Finds the resources of the program in AWS, compares them with the program, and predicts the first `pulumi up` after
    their import. Changes nothing in AWS and nothing in the stack.

    \b
    orders adopt --stack dev
    orders adopt --stack dev --from names.yaml --out import.json
    """
    found = adopted(stack, from_, print_error)
    print_unread(found.unread)
    is_refused = found.review.verdict is Verdict.REFUSED
    is_written = bool(found.adopted) and not is_refused
    if is_written:
        _write(out, found)
    commands = _commands(stack, out) if is_written else []
    if as_json:
        print_json(_as_object(found, out if is_written else None, commands))
    else:
        for one in found.adopted:
            _print_comparison(one)
        for line in _in_words(found, out if is_written else None, commands):
            print_line(line)
    if is_refused or not (found.adopted or found.present):
        raise typer.Exit(Exit.INCOMPLETE)


def _write(out: Path, found: Adoption) -> None:
    try:
        out.write_text(json.dumps(found.document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise NoAccess(f"{out} cannot be written: {error.strerror}") from None


def _commands(stack: str, out: Path) -> list[str]:
    return [
        f"pulumi import --stack {stack} --file {out} {' '.join(IMPORT_OPTIONS)}",
        f"orders review --stack {stack}",
        f"pulumi up --stack {stack}",
    ]


def _as_object(found: Adoption, out: Path | None, commands: list[str]) -> dict[str, Any]:
    return {
        "verdict": found.review.verdict,
        "adopted": [_as_row(one) for one in found.adopted],
        "created": [_named(one) for one in found.created],
        "present": [_named(one) for one in found.present],
        "findings": [asdict(one) for one in found.review.findings],
        "file": str(out) if out else None,
        "next": commands,
    }


def _as_row(one: Adopted) -> dict[str, Any]:
    differences = [asdict(difference) for difference in one.differences]
    return {**_named(one.resource), "id": one.id, "content": one.content, "differences": differences}


def _named(resource: Declared) -> dict[str, str]:
    return {"resource": resource.label, "type": resource.type}


def _print_comparison(one: Adopted) -> None:
    print_line(f"{one.resource.label} ({noun(one.resource.type)}): {one.id}")
    if one.content:
        print_line(f"    {one.content}")
    if not one.differences:
        print_line("    as in the program")
    for position, difference in enumerate(one.differences):
        if not position:
            print_row({"": "  ", **{name: name for name in COLUMNS}}, {"": 2, **COLUMNS})
        values = (difference.input, difference.in_aws, difference.declared)
        print_row({"": "  ", **dict(zip(COLUMNS, values, strict=True))}, {"": 2, **COLUMNS})
    print_line()


def _in_words(found: Adoption, out: Path | None, commands: list[str]) -> Iterator[str]:
    if found.present:
        yield f"{counted(len(found.present), 'resource')} already in the stack"
    if found.created:
        yield f"`pulumi up` creates {counted(len(found.created), 'resource')}: {_listed(found.created)}"
    if not found.adopted:
        yield "nothing else was found in AWS" if found.present else _nothing_found(found)
        return
    yield ""
    yield f"The first `pulumi up` after the import: {found.review.verdict}: {found.review.verdict.meaning}"
    for finding in found.review.findings:
        if finding.verdict is not Verdict.SAFE:
            yield ""
            yield from finding_in_words(finding)
    yield ""
    if out is None:
        yield "no file was written: correct what is refused, and run this command again"
        return
    yield f"wrote {out}, which imports {counted(len(found.adopted), 'resource')}. Next:"
    yield from (f"    {command}" for command in commands)


def _listed(resources: Any) -> str:
    kinds: dict[str, list[str]] = {}
    for one in resources:
        kinds.setdefault(noun(one.type), []).append(one.label)
    return "; ".join(f"{kind} {', '.join(names)}" for kind, names in kinds.items())


def _nothing_found(found: Adoption) -> str:
    is_unique = any(one.physical_name not in {None, one.name} for one in found.created)
    hint = "Pulumi adds random characters to its names" if is_unique else "none has the name of the program"
    return (
        f"nothing was found in {found.region}, because {hint}: name the resources in a file, and give it with --from, "
        "or set aws:region of the stack"
    )
