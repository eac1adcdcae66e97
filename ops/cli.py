"""The `orders` command."""

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.commands.cost import cost
from ops.commands.dead_letters import dead_letters
from ops.commands.local import local
from ops.commands.logs import logs
from ops.commands.publish import publish_orders
from ops.commands.status import status
from ops.commands.table import get, list_
from ops.errors import UserError, explained
from ops.terminal import complain

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def orders() -> None:
    """Run the order pipeline, on AWS or on this machine."""


app.command("publish")(publish_orders)
app.command("get")(get)
app.command("list")(list_)
app.command("logs")(logs)
app.command("status")(status)
app.add_typer(dead_letters, name="dead-letters", help="Find out why orders failed, mend them, send them again.")
app.add_typer(dead_letters, name="dlq", help="The same as dead-letters.", hidden=True)
app.command("cost")(cost)
app.command("local")(local)


def main() -> None:
    """Run a command. What the user can mend is one line and an exit code; anything else keeps its traceback."""
    try:
        app()
    except UserError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except (BotoCoreError, ClientError) as error:
        if (known := explained(error)) is None:
            raise
        complain(str(known))
        sys.exit(known.exit_code)
