"""`orders local`."""

import sys
from typing import Annotated

import typer


def local(
    *,
    bare: Annotated[bool, typer.Option("--bare", help="Deploy nothing: `pulumi up --stack local` will.")] = False,
) -> None:
    """Keep the whole system running on this machine, and deploy it again when its code changes."""
    from local.serve import serve  # noqa: PLC0415 - no other command has to wait for Pulumi and the emulator

    sys.exit(serve(bare=bare))
