"""The `orders` command."""

import sys

import typer

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


@app.callback()
def orders() -> None:
    """Run the order pipeline."""


@app.command("local")
def run_locally(
    *,
    bare: bool = typer.Option(default=False, help="Start the emulator alone, for `pulumi up --stack local`."),
) -> None:
    """Keep the whole system running on this machine, and deploy it again when its code changes."""
    from local.serve import serve  # noqa: PLC0415 - no other command has to wait for Pulumi and the emulator

    sys.exit(serve(bare=bare))


def main() -> None:
    app()
