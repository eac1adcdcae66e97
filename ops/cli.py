"""The `orders` command."""

import sys
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


@app.callback()
def orders() -> None:
    """Run the order pipeline."""


@app.command("local")
def run_locally(
    *,
    bare: Annotated[bool, typer.Option("--bare", help="Deploy nothing: `pulumi up --stack local` will.")] = False,
) -> None:
    """Keep the whole system running on this machine, and deploy it again when its code changes."""
    from local.serve import serve  # noqa: PLC0415 - no other command has to wait for Pulumi and the emulator

    sys.exit(serve(bare=bare))


def main() -> None:
    app()
