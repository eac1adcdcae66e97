"""The stack of a trial: a copy of `prod` under a name of its own, which is destroyed in any case."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import yaml
from pulumi.automation import CommandError

from infra.project import ROOT
from ops.clients import Clients
from tests.aws_trial.leftovers import KEY_DELETION_DAYS, StillThere, keys_of, leftovers, removing
from tests.aws_trial.trial import STOPPED
from tests.support.deployment import Deployment, copied, created

FOLDER = ROOT / ".aws-trial"
"""Where the state is until nothing is left in AWS. `make clean` leaves it alone."""


@contextmanager
def opened(clients: Clients, folder: Path = FOLDER) -> Iterator[Deployment]:
    """Create a stack, without deploying it. At the end, remove what it has in AWS, and then the stack.

    Raises StillThere with the commands that remove the rest, if something is still in AWS.
    """
    stack = f"trial-{token_hex(3)}"
    root = copied(_made(folder / stack))
    (root / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": _settings(stack, clients.region)}))
    try:
        system = created(stack, root, clients)
    except CommandError:
        shutil.rmtree(root.parent)
        raise
    try:
        yield system
    finally:
        print(f"destroying {stack} ...")
        try:
            remove(system)
            found = leftovers(system)
        except BaseException as error:
            raise StillThere(_commands(system, str(error) or STOPPED)) from error
        if found:
            raise StillThere(_commands(system, "the destroy has ended"))
        shutil.rmtree(root.parent)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _settings(stack: str, region: str) -> dict[str, object]:
    """The settings of `prod`, without protection and without concurrency that a new account may not have."""
    settings = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]
    for setting in ("protectOrders", "reservedConcurrency", "maximumConcurrency"):
        del settings[setting]
    tags = {"tags": {"project": "orders", "stack": stack}}
    return {**settings, "aws:region": region, "aws:defaultTags": tags, "customerManagedKey": True}


def remove(system: Deployment) -> None:
    """Destroy everything that the trial made, whatever state it is in. KMS deletes the keys some days later."""
    keys = keys_of(system)
    with suppress(CommandError):
        system.stack.cancel()  # An interrupted update leaves a lock.
    try:
        system.stack.destroy()
    except CommandError:  # The trial of the protection was interrupted.
        system.deploy(protectOrders="false")
        system.stack.destroy()
    for key in keys:
        system.clients.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=KEY_DELETION_DAYS)
    for url in system.clients.sqs.list_queues(QueueNamePrefix=system.stack.name).get("QueueUrls", ()):
        system.clients.sqs.delete_queue(QueueUrl=url)


def _commands(system: Deployment, error: str) -> str:
    """The commands that remove the stack by hand, and what else is in AWS of it."""
    stack, folder = system.stack.name, system.root.parent
    lines = (
        error,
        f"{stack} is still in AWS, at least a part of it. These commands remove it, and fail for what is gone already:",
        f"cd {system.root}",
        f"export PULUMI_BACKEND_URL=file://{folder}/state PULUMI_CONFIG_PASSPHRASE='only for this stack'",
        f"pulumi cancel --yes --stack {stack}",
        f"pulumi destroy --yes --stack {stack}",
        "# If it refuses to destroy what is protected:",
        f"pulumi config set protectOrders false --stack {stack}; pulumi up --yes --stack {stack}",
        f"pulumi destroy --yes --stack {stack}",
        "# What is left:",
        *removing(system),
        f"rm -r {folder}",
    )
    return "\n".join(lines)
