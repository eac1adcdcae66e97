"""`make try-on-aws`: deploys a stack into your account, tries the claims of docs/aws.md, and destroys the stack.

It needs the Pulumi CLI on PATH, credentials that the AWS SDKs find, and AWS_REGION.
"""

import os
import shutil
import sys

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from ops.clients import Clients
from tests.aws_trial.stack import opened
from tests.aws_trial.trial import Outcome, Result, results
from tests.aws_trial.trials import BY_PERSON, TRIALS
from tests.judges.claims import CLAIMS

COST = "It costs some cents: two KMS keys, the alarms and the metrics, each for about an hour."


def main() -> int:
    region = os.environ.get("AWS_REGION")
    if not region or not shutil.which("pulumi"):
        print("make try-on-aws needs the Pulumi CLI on PATH, and a Region: AWS_REGION=eu-west-1 make try-on-aws")
        return 1
    clients = Clients(region)
    try:
        account = clients.sts.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        print(f"AWS does not accept your credentials: {error}")
        return 1
    print(f"This deploys a stack into account {account}, Region {region}, changes it, and destroys it. {COST}")
    if input("Type yes to go on: ") != "yes":
        return 1
    found: list[Result] = []
    try:
        with opened(clients) as system:
            print(f"deploying {system.stack.name} ...")
            for result in results(TRIALS, system):
                print(f"{result.claim}: {result.outcome}")
                found.append(result)
    finally:
        found += [Result(claim, Outcome.NOT_TRIED, f"look yourself: {why}") for claim, why in BY_PERSON.items()]
        show(found)
    return int(any(result.outcome is Outcome.FAILED for result in found))


def show(found: list[Result]) -> None:
    table = Table("Claim", "", "What happened", show_lines=True)
    for result in found:
        table.add_row(CLAIMS[result.claim].text, result.outcome, result.what_happened)
    Console(markup=False).print(table)


if __name__ == "__main__":
    sys.exit(main())
