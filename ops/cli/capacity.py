"""`orders capacity`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.capacity import limits
from ops.capacity import profile as profiles
from ops.capacity.deployed import deployed, deployed_costs
from ops.capacity.inputs import CapacityInputs
from ops.capacity.picture import picture
from ops.capacity.search import Found, cheapest
from ops.capacity.simulation import simulate
from ops.cli.capacity_page import Answer
from ops.cli.capacity_profile import ProfileOptions
from ops.cli.options import Json, complete_stack, find_system, parse_seconds, require_finite
from ops.cli.output import print_error, print_json, print_line
from ops.cli.terminal import print_page
from ops.cost import CostInputs
from ops.picture import check_suffix


def _rate_option(help_text: str) -> Any:
    return typer.Option(min=0, max=profiles.MAX_RATE, callback=require_finite, help=help_text)


def _span_option(name: str, help_text: str) -> Any:
    return typer.Option(name, parser=parse_seconds, metavar="TIME", help=help_text)


def _default(limit: limits.Limit) -> str:
    return f"Default: {limit.value:.0f}, or with --deployed what AWS says."


def capacity(
    *,
    stack: Annotated[str, typer.Option(help="Use the settings of this stack.", autocompletion=complete_stack)] = "dev",
    from_aws: Annotated[
        bool, typer.Option("--deployed", help="Read the settings of the deployed stack from AWS, not from its file.")
    ] = False,
    rate: Annotated[float | None, _rate_option("Steady orders a second. A peak begins and ends at them.")] = None,
    peak: Annotated[float | None, _rate_option("Orders a second of a peak.")] = None,
    ramp: Annotated[int | None, _span_option("--ramp", "How long the rise to the peak takes. Default: 0s.")] = None,
    duration: Annotated[
        int | None, _span_option("--for", "How long the peak lasts, or the steady flow. Default: 10m, or 1d.")
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The orders of each second, on a line each. - reads standard input."),
    ] = None,
    measured: Annotated[
        int | None, _span_option("--measured", "The orders that the deployed stack had in this time, up to 15d.")
    ] = None,
    invalid: Annotated[
        float, typer.Option(min=0, max=100, callback=require_finite, help="Percentage of orders that are not valid.")
    ] = 0,
    hottest: Annotated[
        float,
        typer.Option(
            min=0, max=100, callback=require_finite, help="Percentage of orders that are versions of one order."
        ),
    ] = 0,
    noisiest: Annotated[
        float,
        typer.Option(
            min=0,
            max=99,
            callback=require_finite,
            help="Percentage of orders of one customer. Tells what message groups change for the others.",
        ),
    ] = 0,
    oldest: Annotated[
        int | None,
        _span_option(
            "--oldest",
            "Find the cheapest settings with which no order gets older than this. Memory and architecture stay.",
        ),
    ] = None,
    account_concurrency: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000_000,
            help=f"Executions that the account leaves to the function. {_default(limits.ACCOUNT_CONCURRENCY)}",
        ),
    ] = None,
    table_writes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=40_000,
            help=f"Writes a second that the table takes at once: its warm throughput. {_default(limits.TABLE_WRITES)}",
        ),
    ] = None,
    plot: Annotated[str | None, typer.Option(metavar="FILE", help="Also draw a .png or .svg file.")] = None,
    as_json: Json = False,
) -> None:
    """Simulate what a stack can carry, and what it costs.

    The command reads the settings of the stack's file. It names the first limit that orders reach, and how long orders
    wait. Without a profile, plannedOrdersPerSecond is the peak. With --oldest, it finds settings instead. If none hold,
    the exit code is 1.

    \b
    orders capacity --rate 200
    orders capacity --stack prod --peak 5000 --ramp 60s --for 10m
    orders capacity --csv friday.csv --plot friday.png
    orders capacity --stack prod --measured 14d
    orders capacity --peak 5000 --oldest 30s
    """
    if plot:
        check_suffix(Path(plot))
    described = ProfileOptions(stack, rate, peak, ramp, duration, csv, measured)
    profile = replace(described.profile(), invalid=invalid / 100, hottest=hottest / 100, noisiest=noisiest / 100)
    inputs, costs = _settings(stack, from_aws=from_aws)
    inputs = replace(
        inputs,
        account_concurrency=account_concurrency or inputs.account_concurrency,
        table_writes=table_writes or inputs.table_writes,
    )
    if oldest is None:
        answer = Answer(stack, inputs, costs, simulate(inputs, profile))
    else:
        found = cheapest(inputs, costs, profile, oldest)
        answer = Answer(stack, found.inputs, costs, found.run, commands=tuple(_commands(stack, found)))
    if noisiest:
        answer = replace(answer, grouped=simulate(answer.inputs, profile, has_groups=True))
    if as_json:
        print_json(answer.as_json())
    else:
        for command in answer.commands or ():
            print_line(command)
        print_page(answer.page())
    if plot:
        picture(answer.run, Path(plot), answer.grouped)
        print_error(f"drawn: {plot}")


def _settings(stack: str, *, from_aws: bool) -> tuple[CapacityInputs, CostInputs]:
    if not from_aws:
        return CapacityInputs.of_stack(stack), CostInputs.of_stack(stack)
    costs = CostInputs.of_stack(stack)
    system = find_system(stack)
    inputs = deployed(system)
    return inputs, deployed_costs(system, inputs, costs)


def _commands(stack: str, found: Found) -> Iterator[str]:
    for key, value in found.changes.items():
        yield f"pulumi config --stack {stack} set {key} {value}"
    if found.warm_writes is not None:
        warm = f"--warm-throughput WriteUnitsPerSecond={found.warm_writes}"
        yield f"aws dynamodb update-table --region {found.inputs.region} --table-name TABLE {warm}"
