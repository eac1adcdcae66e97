"""`make try-on-aws`: deploys a stack into your account, tries the claims of docs/aws.md, and destroys the stack.

It needs the Pulumi CLI on PATH, credentials that the AWS SDKs find, and AWS_REGION. The exit status is 0 if every claim
held that the command can try, and nothing is left.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.automation import CommandError
from rich.console import Console
from rich.table import Table

from ops.clients import Clients
from tests.aws_trial.leftovers import StillThere
from tests.aws_trial.stack import opened
from tests.aws_trial.trial import STOPPED, Outcome, Result, results
from tests.aws_trial.trials import BY_PERSON, TRIALS
from tests.judges.claims import CLAIMS

COST = "It costs some cents: two KMS keys, the alarms and the metrics, each for about two hours."


def main() -> int:
    clients = wanted()
    return tried(clients) if clients else 1


def wanted() -> Clients | None:
    """The account in which the user wants the trial. None if something is missing, or the user does not want it."""
    region = os.environ.get("AWS_REGION", "")
    missing = list(_missing(region))
    clients = Clients(region or "us-east-1")
    try:
        identity = clients.sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        missing.append(f"AWS does not know who you are: {error}\n  `aws sts get-caller-identity` must succeed first")
    if missing:
        print("\n".join(missing), file=sys.stderr)
        return None
    print(f"Account {identity['Account']}, Region {region}, as {identity['Arn']}:")
    print(f"This deploys a stack with unique names there, changes it, and destroys it. {COST}")
    print("Type yes to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != "yes":
        print("nothing was deployed")
        return None
    return clients


def _missing(region: str) -> Iterator[str]:
    if not region:
        yield "AWS_REGION is not set, but names the Region of the trial:\n  AWS_REGION=eu-west-1 make try-on-aws"
    if not shutil.which("pulumi"):
        yield "`pulumi` is not on PATH, but deploys the stack of the trial: install the Pulumi CLI"


def tried(clients: Clients) -> int:
    """Try the claims, show what came of them, and return the exit status."""
    found: list[Result] = []
    problem: BaseException | None = None
    try:
        with opened(clients) as system:
            print(f"deploying {system.stack.name} ...")
            for result in results(TRIALS, system):
                print(f"{result.claim}: {result.outcome}")
                found.append(result)
    except (KeyboardInterrupt, CommandError, StillThere) as error:
        problem = error
    show([*found, *rest(found)])
    if problem:
        print(str(problem) or STOPPED)
    return int(problem is not None or any(result.outcome is not Outcome.PASSED for result in found))


def rest(found: Sequence[Result]) -> list[Result]:
    """The claims that the command did not reach, and those that only a person can try."""
    reached = {result.claim for result in found}
    missed = [Result(claim, Outcome.NOT_TRIED, "the trial ended before") for claim in TRIALS if claim not in reached]
    return [*missed, *(Result(claim, Outcome.BY_PERSON, why) for claim, why in BY_PERSON.items())]


def show(found: Sequence[Result]) -> None:
    table = Table("Claim", "Outcome", "What happened", show_lines=True)
    for result in found:
        table.add_row(CLAIMS[result.claim].text, result.outcome, result.what_happened)
    Console(markup=False).print(table)


if __name__ == "__main__":
    sys.exit(main())
