"""`orders contract`."""

from enum import StrEnum
from typing import Annotated

import typer

from ops.cli.output import print_line
from ops.contract.asyncapi import asyncapi
from ops.contract.event import event_schema
from ops.contract.order import order_schema
from ops.errors import InvalidInput
from ops.text import as_json_text


class Format(StrEnum):
    JSON_SCHEMA = "json-schema"
    ASYNCAPI = "asyncapi"


class Subject(StrEnum):
    ORDER = "order"
    EVENT = "event"


def contract(
    *,
    format_: Annotated[Format, typer.Option("--format", help="The format of the document.")] = Format.JSON_SCHEMA,
    of: Annotated[
        Subject | None, typer.Option(help="What a JSON Schema describes. Default: order. AsyncAPI describes both.")
    ] = None,
) -> None:
    """Print the contract of orders and events, for publishers and consumers.

    The document is a JSON Schema (2020-12) of an order or an event, or an AsyncAPI 3 document of both topics. It comes
    from this version of the code, so it needs no system.

    \b
    orders contract > order.schema.json
    orders contract --of event > event.schema.json
    orders contract --format asyncapi > asyncapi.json
    """
    if format_ is Format.ASYNCAPI:
        if of:
            raise InvalidInput("AsyncAPI describes orders and events in one document: give no --of")
        document = asyncapi()
    else:
        document = event_schema() if of is Subject.EVENT else order_schema()
    for line in as_json_text(document, indent=2).split("\n"):
        print_line(line)
