"""`orders local`: the system in the foreground, deployed again whenever its code changes."""

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from watchfiles import Change, watch

from local.aws import ACCESS_KEY, SECRET_KEY, Endpoint
from local.deployer import STACK
from local.emulator import USUAL_PORT, emulator
from local.foreground import run_in_foreground
from local.project import ROOT
from local.running import Running, forget, note, running
from local.samples import EXAMPLE_ORDER

FILES = ("__main__.py", "Pulumi.yaml", f"Pulumi.{STACK}.yaml")
FOLDERS = ("handler", "infra")

console = Console(highlight=False, soft_wrap=True)


def serve(*, bare: bool) -> int:
    """Run until Ctrl-C or a kill, and return the exit status. On a bare emulator nothing is deployed."""
    if here := running():
        console.print(f"[red]error:[/] the system runs already, at {here.url}: end that one first")
        return 1

    def forever() -> int:
        with emulator("local", preferred_port=USUAL_PORT) as endpoint:
            console.print(f"The emulator listens on [bold]{endpoint.url}[/] and logs into .local/local.log.")
            if not endpoint.url.endswith(f":{USUAL_PORT}"):
                console.print(f"(Port {USUAL_PORT} is taken; Pulumi.{STACK}.yaml names it under aws:endpoints.)")
            forget(endpoint.url)  # What was killed here before has left its note.
            if bare:
                _wait()
            try:
                _deploy_on_change(endpoint)
            finally:
                forget(endpoint.url)
        return 0

    return run_in_foreground(forever, console)


def _wait() -> NoReturn:
    console.print("Nothing is deployed on it. Ctrl-C ends it.")
    while True:
        time.sleep(3600)


def _deploy(endpoint: Endpoint) -> dict[str, Any] | None:
    """Deploy in a new interpreter, which sees the code as it is now. Its errors go to the terminal as they are."""
    started = time.monotonic()
    command = [sys.executable, "-m", "local.deployer", endpoint.url]
    deployed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if deployed.returncode:
        console.print("[red]✗[/] not deployed; the next change is tried again")
        return None
    outputs: dict[str, Any] = json.loads(deployed.stdout)
    console.print(f"[green]✓[/] deployed in {time.monotonic() - started:.1f} s, zip {outputs['packageSha256'][:12]}")
    return outputs


def _deploy_on_change(endpoint: Endpoint) -> None:
    """Deploy now, and whenever something has changed; what changes while a deployment runs counts as well."""
    told = False
    deployed_before = False
    # Folders are watched and not files: editors save by putting a new file in the old one's place.
    watched = (ROOT, *(ROOT / folder for folder in FOLDERS))
    for changes in watch(
        *watched, watch_filter=_is_ours, recursive=False, yield_on_timeout=True, rust_timeout=500, raise_interrupt=True
    ):
        if deployed_before and not changes:
            continue
        if changes:
            console.print(f"\nchanged: {', '.join(sorted({path.removeprefix(f'{ROOT}/') for _, path in changes}))}")
        deployed_before = True
        outputs = _deploy(endpoint)
        if outputs:
            note(Running(url=endpoint.url, outputs=outputs))
        if outputs and not told:
            _say_how_to_reach(endpoint, outputs)
            told = True


def _is_ours(_change: Change, path: str) -> bool:
    file = Path(path)
    return file.name in FILES if file.parent == ROOT else file.suffix == ".py"


def _say_how_to_reach(endpoint: Endpoint, outputs: dict[str, Any]) -> None:
    order = shlex.quote(json.dumps(EXAMPLE_ORDER))
    bad_order = shlex.quote(json.dumps({**EXAMPLE_ORDER, "orderId": "O9002", "quantity": 0}))
    topic, queue = outputs["topicArn"], outputs["deadLetterQueueUrl"]
    # SQS has its endpoint on the line: version 1 of the AWS CLI heeds AWS_ENDPOINT_URL for all services but this one.
    console.print(
        f"""
In another terminal:

  .venv/bin/orders publish --sample 100
  .venv/bin/orders status

Or, for the AWS CLI, boto3 or any other SDK:

  export AWS_ENDPOINT_URL={endpoint.url} AWS_REGION={endpoint.region} AWS_DEFAULT_REGION={endpoint.region}
  export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY}

An order, and the table:

  aws sns publish --topic-arn {topic} --message {order}
  aws dynamodb scan --table-name {outputs["tableName"]}

A bad order, and some seconds later the dead letters and the reason:

  aws sns publish --topic-arn {topic} --message {bad_order}
  aws --endpoint-url {endpoint.url} sqs receive-message --queue-url {queue} --max-number-of-messages 10
  aws logs filter-log-events --log-group-name {outputs["logGroupName"]} \\
    --query "events[?contains(message, 'order failed')].[message]" --output text

A change in handler/, infra/, {", ".join(FILES)} is deployed at once. Ctrl-C ends it all.""",
        markup=False,  # What is in brackets belongs to the commands.
    )
