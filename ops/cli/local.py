"""`orders local`."""

import json
import shlex
import sys
import time
from typing import Annotated, Any, NoReturn

import typer

from local.deployer import STACK
from local.emulator import USUAL_PORT, Emulator, running_emulator
from local.redeploy import CHECK_SECONDS, FILES, code_changes, deploy_in_new_process
from ops.cli.foreground import console, run_in_foreground
from ops.clients import LOCAL_KEY, Clients
from ops.local_system import LocalSystem, find_local_system, forget_local_system, save_local_system
from ops.samples import EXAMPLE_ORDER


def local(
    *,
    bare: Annotated[
        bool, typer.Option("--bare", help="Start only the emulator, for `pulumi up --stack local`.")
    ] = False,
) -> None:
    """Run the whole system on this machine.

    The system is deployed again when its code changes. Ctrl-C ends it.

    \b
    orders local
    orders local --bare
    """
    if system := find_local_system():
        console.print(f"[red]error:[/] a system is already running at {system.url}: stop it first")
        sys.exit(1)
    sys.exit(run_in_foreground(_serve_bare if bare else _serve))


def _serve_bare() -> int:
    with running_emulator("local", preferred_port=USUAL_PORT) as emulator:
        _announce(emulator.clients)
        _wait(emulator)


def _serve() -> int:
    with running_emulator("local", preferred_port=USUAL_PORT) as emulator:
        url = _announce(emulator.clients)
        try:
            _deploy_on_change(emulator, url)
        finally:
            forget_local_system(url)
    return 0


def _announce(clients: Clients) -> str:
    url = clients.emulator_url
    console.print(f"The emulator listens on [bold]{url}[/] and writes its log to .local/local.log.")
    if not url.endswith(f":{USUAL_PORT}"):
        console.print(f"(Port {USUAL_PORT} is not free. For `pulumi up`, change aws:endpoints in Pulumi.{STACK}.yaml.)")
    forget_local_system(url)  # An emulator that was killed on this port has left its record.
    return url


def _wait(emulator: Emulator) -> NoReturn:
    console.print("Nothing is deployed on it. Ctrl-C ends it.")
    while True:
        time.sleep(CHECK_SECONDS)
        emulator.check()


def _deploy_on_change(emulator: Emulator, url: str) -> None:
    explained = False
    for changed in code_changes(emulator):
        if changed:
            console.print(f"\nchanged: {', '.join(changed)}")
        outputs = _deploy(emulator)
        if outputs:
            save_local_system(LocalSystem(url=url, outputs=outputs))
        if outputs and not explained:
            console.print(_how_to_reach(emulator.clients, outputs), markup=False)  # Commands contain brackets.
            explained = True


def _deploy(emulator: Emulator) -> dict[str, Any] | None:
    started = time.monotonic()
    outputs = deploy_in_new_process(emulator)
    if outputs is None:
        console.print("[red]✗[/] not deployed; the next change starts another deployment")
        return None
    console.print(f"[green]✓[/] deployed in {time.monotonic() - started:.1f} s, zip {outputs['packageSha256'][:12]}")
    return outputs


def _how_to_reach(clients: Clients, outputs: dict[str, Any]) -> str:
    order = shlex.quote(json.dumps(EXAMPLE_ORDER))
    bad_order = shlex.quote(json.dumps({**EXAMPLE_ORDER, "orderId": "O9002", "quantity": 0}))
    url, region, topic = clients.endpoint_url, clients.region, outputs["topicArn"]
    return f"""
In another terminal:

  .venv/bin/orders publish --sample 100
  .venv/bin/orders status

Or, for the AWS CLI, boto3 or any other SDK:

  export AWS_ENDPOINT_URL={url} AWS_REGION={region} AWS_DEFAULT_REGION={region}
  export AWS_ACCESS_KEY_ID={LOCAL_KEY} AWS_SECRET_ACCESS_KEY={LOCAL_KEY}

Publish an order, and some seconds later read the table:

  aws sns publish --topic-arn {topic} --message {order}
  aws dynamodb scan --table-name {outputs["tableName"]}

Publish an invalid order, and some seconds later find out why it failed:

  aws sns publish --topic-arn {topic} --message {bad_order}
  .venv/bin/orders dlq list

A change in handler/, infra/, {", ".join(FILES)} is deployed at once.
Ctrl-C ends everything, and all orders are gone."""
