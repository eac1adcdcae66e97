"""The preview that `orders review` and `orders drift` read: from a file, or made by Pulumi."""

import json
from typing import Annotated

import typer

from infra.project import nearest, stack_names
from ops.cli.output import print_error
from ops.errors import InvalidInput
from ops.pulumi import InvalidSetting, Place, run_pulumi
from ops.text_file import read_text_or_input

SECONDS = 600
"""How long a preview may take: it runs the program, reads every resource, and can download the provider."""


def _complete(incomplete: str) -> list[str]:
    return [name for name in stack_names(nearest()) if name.startswith(incomplete)]


PreviewedStack = Annotated[
    str | None,
    typer.Option(
        help="Name of the stack, of the project in this folder if there is one. Previewed without --preview.",
        autocompletion=_complete,
    ),
]


def read_or_make(file: str | None, stack: str | None, option: str) -> str:
    """Return the text of a preview. Without a file, Pulumi makes it with the option, in the user's project.

    A setting of another type is an error of the preview, like a setting that breaks a rule.
    """
    if file:
        return read_text_or_input(file)
    if stack is None:
        raise InvalidInput("name a stack with --stack, or a preview with --preview")
    place = Place(nearest())
    try:
        return run_pulumi("preview", option, stack=stack, seconds=SECONDS, on_waiting=print_error, place=place)
    except InvalidSetting as error:
        return json.dumps({"diagnostics": [{"severity": "error", "message": str(error)}]})
