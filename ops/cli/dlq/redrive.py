"""`orders dead-letters redrive`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from handler.outcome import Kind
from ops.cli.dlq.looking import failures_of, looking, lost_line
from ops.cli.dlq.option_groups import takes_groups
from ops.cli.dlq.options import RESUME, Queue, Reason, SelectionOptions, command_on_letters, find_letters
from ops.cli.dlq.predicted import print_forecast
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, require_finite
from ops.cli.output import print_error, print_json, print_line
from ops.cli.terminal import progress_bar
from ops.dead_letters.forecast import forecast
from ops.dead_letters.journal import read_run, unfinished_runs
from ops.dead_letters.look import Look
from ops.dead_letters.plan import (
    DEFAULT_RATE,
    DEFAULT_STOP_AT,
    Pace,
    PaceChanges,
    RedrivePlan,
    UnfinishedRuns,
    plan_redrive,
    resume_redrive,
)
from ops.dead_letters.redrive import RedriveResult, run_redrive
from ops.errors import InvalidInput
from ops.system import LetterQueue, System
from ops.text import counted, printable


def parse_share(text: str) -> float:
    """Parse a percentage from 0% to 100%. Raises typer.BadParameter for anything else."""
    percentage = re.fullmatch(r"(\d{1,3})%", text)
    if not percentage or int(percentage[1]) > 100:
        raise typer.BadParameter(f"give a percentage such as 20%, not {text}")
    return int(percentage[1]) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceOptions:
    """The options that decide how fast to send, and when to stop."""

    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            callback=require_finite,
            help=f"Maximum number of letters a second. Default: {DEFAULT_RATE:g}.",
        ),
    ] = None
    stop_at: Annotated[
        float | None,
        typer.Option(
            parser=parse_share,
            metavar="PERCENTAGE",
            help=f"Stop if more than this share of the sent letters failed again. Default: {DEFAULT_STOP_AT:.0%}.",
        ),
    ] = None
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until each letter is in the table or back in OrderDLQ.")
    ] = False

    def changes(self) -> PaceChanges:
        return PaceChanges(rate=self.rate, stop_at=self.stop_at, wait=self.wait)


@takes_groups
def redrive(
    selected: SelectionOptions,
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Send the letters. Without this option, only --resume sends letters.")
    ] = False,
    pace: PaceOptions,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Continue a stopped run. Keeps the run's --rate, --stop-at and --wait, unless you set them.",
        ),
    ] = False,
    reason: Reason = "",
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Send dead letters to OrderQueue again.

    Sends one letter first. If its order is stored, sends the others, and stops if too many of them fail again. Without
    --confirm, sends nothing and shows what a redrive would do. --resume continues a run that was stopped, and needs no
    --confirm.

    \b
    orders dead-letters redrive O9002 --confirm --wait
    orders dead-letters redrive --class transient --confirm --rate 20 --stop-at 10% --reason "throttling is over"
    orders dlq redrive --would store --confirm
    orders dlq redrive --mended --confirm --wait
    orders dlq redrive --all
    orders dlq redrive --resume
    orders dlq redrive --queue undelivered --all
    """
    if resume and selected.is_given:
        raise InvalidInput("--resume continues with the letters of its run: select none")
    selection = None if resume else selected.selection()
    system = find_letters(stack, queue)
    # Read before the look: if somebody resumes a stopped run during the look, its sent letters are still known here.
    unfinished = unfinished_runs(system.letter_queue_url)
    with looking(system) as look:
        if selection is None:
            plan = _resume(look, unfinished, pace)
        else:
            _print_unfinished(system, unfinished)
            leases = selection.leases(system, look, failures_of(system, look))
            if not confirm:
                _print_forecast(forecast(system, look.letter, leases), len(look), as_json=as_json)
                return
            url, changed = system.letter_queue_url, pace.changes().applied_to(Pace())
            plan = plan_redrive(url, leases, unfinished, pace=changed, reason=reason, chosen=selection.as_json())
        result = _run(system, look, plan)
    _report(result, queue, as_json=as_json)


def _resume(look: Look, unfinished: UnfinishedRuns, pace: PaceOptions) -> RedrivePlan:
    plan = resume_redrive(look, unfinished, pace.changes())
    if plan.in_doubt:
        print_error(f"{plan.in_doubt:,} may have been sent already and are sent again: a second copy changes nothing")
    if plan.not_followed:
        sent = counted(plan.not_followed, "letter")
        print_error(f"a stopped run sent {sent} before: this run does not follow them, and they can fail again")
    return plan


def _print_unfinished(system: System, unfinished: UnfinishedRuns) -> None:
    if unfinished:
        print_error(
            f"{counted(len(unfinished), 'stopped run')} can be continued: use `{command_on_letters(system, RESUME)}`"
        )


def _print_forecast(found: Mapping[Kind, int], visible: int, *, as_json: bool) -> None:
    count = sum(found.values())
    if as_json:
        print_json({"wouldSend": count, "wouldComeTo": dict(found)})
        return
    print_line(f"a redrive of {count:,} of {visible:,} dead letters would:")
    print_forecast(found)
    print_line("nothing was sent: add --confirm to send")


def _run(system: System, look: Look, plan: RedrivePlan) -> RedriveResult:
    """Run a plan with a progress bar. If it could not be finished, print how to continue."""
    bar = progress_bar()
    sent = bar.add_task("sent", total=len(plan.leases))
    settled = bar.add_task("known", total=len(plan.leases), visible=plan.pace.wait)

    def on_progress(newly_sent: int, newly_settled: int) -> None:
        bar.advance(sent, newly_sent)
        bar.advance(settled, newly_settled)

    try:
        with bar:
            result = run_redrive(system, look, plan, on_progress)
    except KeyboardInterrupt:
        if (state := read_run(plan.journal)).begun:
            done = f"stopped after {len(state.sent):,} of {counted(len(state.begun['ids']), 'letter')} were sent"
            print_error(f"{done}: `{command_on_letters(system, RESUME)}` continues with the rest")
        raise
    if not result.is_settled:
        print_error(f"some letters were sent but not deleted: `{command_on_letters(system, RESUME)}` deletes them")
    return result


def _report(result: RedriveResult, queue: LetterQueue, *, as_json: bool) -> None:
    if as_json:
        print_json(_in_json(result))
    else:
        for line in _in_words(result, queue):
            print_line(line)
    if not result.is_complete:
        raise typer.Exit(Exit.INCOMPLETE)


def _in_json(result: RedriveResult) -> Mapping[str, object]:
    failed = [
        {"orderId": one.lease.order_id, "messageId": one.copy, "reason": one.reason, "back": one.is_back}
        for one in result.failed
    ]
    rejected = {lease.message_id: reason for lease, reason in result.rejected}
    lost = [lease.message_id for lease in result.lost]
    return {**result.counts(), "failed": failed, "rejectedWhy": rejected, "lostLetters": lost}


def _in_words(result: RedriveResult, queue: LetterQueue) -> Iterator[str]:
    for one in result.failed:
        not_back = ", not in OrderDLQ yet" if result.waited and not one.is_back else ""
        yield f"failed again: {printable(one.lease.name)}: {printable(one.reason)}"
        yield f"        message ID {one.copy}{not_back}"
    for lease, reason in result.rejected:
        yield f"rejected by SQS: {printable(lease.name)}: {printable(reason)}"
    yield from map(lost_line, result.lost)
    if result.waited:
        yield from (f"neither in the table nor in OrderDLQ: {printable(lease.name)}" for lease in result.pending)
        yield from (f"in the table: {printable(lease.name)}" for lease in result.stored)
    yield from _summary(result, queue)


def _summary(result: RedriveResult, queue: LetterQueue) -> Iterator[str]:
    if result.sent_before:
        yield f"{len(result.sent_before):,} were sent by a stopped run before, and are deleted now"
    counts = result.counts()
    yield (
        f"sent {counts['sent']:,}: {counts['inTable']:,} in the table, {counts['failedAgain']:,} failed again, "
        f"{counts['notFollowed']:,} {'unknown' if result.waited else 'unknown (--wait follows each)'}"
    )
    if result.stopped:
        yield f"stopped: {result.stopped}"
        yield f"{counted(result.not_sent, 'letter')} not sent and still in {queue.logical_name}"
