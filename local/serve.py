"""`orders local`: the system in the foreground, deployed again whenever its code changes."""

import json
import shlex
import signal
import subprocess
import sys
import time
from typing import Any

from rich.console import Console
from watchfiles import watch

from local.aws import ACCESS_KEY, REGION, SECRET_KEY, Endpoint
from local.emulator import USUAL_PORT, EmulatorError, emulator
from local.program import ROOT
from local.samples import SEED_ORDER

WATCHED = ("__main__.py", "Pulumi.yaml", "Pulumi.local.yaml", "handler", "infra")

console = Console(highlight=False, soft_wrap=True)


def serve(*, bare: bool) -> int:
    """Run until Ctrl-C or a kill, and return the exit status. On a bare emulator nothing is deployed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with emulator("local", preferred_port=USUAL_PORT) as endpoint:
            console.print(f"The emulator listens on [bold]{endpoint.url}[/] and logs into .local/local.log.")
            if bare:
                _wait()
            if outputs := _deploy(endpoint):
                _say_how_to_reach(endpoint, outputs)
            _deploy_on_change(endpoint)
    except EmulatorError as error:
        console.print(f"[red]error:[/] {error}")
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is left running")
    return 0


def _wait() -> None:
    console.print("Nothing is deployed on it. Ctrl-C ends it.")
    while True:
        time.sleep(3600)


def _deploy(endpoint: Endpoint) -> dict[str, Any] | None:
    """Deploy in a new interpreter, which sees the code as it is now. Its errors go to the terminal as they are."""
    started = time.monotonic()
    command = [sys.executable, "-m", "local.deployer", endpoint.url]
    deployed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if deployed.returncode:
        console.print("[red]✗[/] not deployed; what was deployed before stays, and the next change is tried again")
        return None
    outputs: dict[str, Any] = json.loads(deployed.stdout)
    console.print(f"[green]✓[/] deployed in {time.monotonic() - started:.1f} s, zip {outputs['packageSha256'][:12]}")
    return outputs


def _deploy_on_change(endpoint: Endpoint) -> None:
    watched = [ROOT / name for name in WATCHED]
    for changes in watch(*watched, raise_interrupt=True):
        names = sorted({path.removeprefix(f"{ROOT}/") for _, path in changes})
        console.print(f"\nchanged: {', '.join(names)}")
        _deploy(endpoint)


def _say_how_to_reach(endpoint: Endpoint, outputs: dict[str, Any]) -> None:
    message = shlex.quote(json.dumps(SEED_ORDER))
    # Version 1 of the AWS CLI does not heed AWS_ENDPOINT_URL for SQS, and for SQS alone.
    console.print(
        f"""
In another terminal, for the AWS CLI, boto3 or any other SDK:

  export AWS_ENDPOINT_URL={endpoint.url} AWS_DEFAULT_REGION={REGION}
  export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY}

  aws sns publish --topic-arn {outputs["topicArn"]} --message {message}
  aws dynamodb scan --table-name {outputs["tableName"]}
  aws --endpoint-url {endpoint.url} sqs receive-message --queue-url {outputs["deadLetterQueueUrl"]}
  aws logs filter-log-events --log-group-name {outputs["logGroupName"]} --query events[].message

A change in handler/ or infra/ is deployed at once. Ctrl-C ends it all."""
    )
