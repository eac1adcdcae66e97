"""`orders dead-letters redrive`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress

from handler.outcome import Kind
from ops.commands.dead_letters.common import (
    All,
    Class,
    Confirm,
    GroupName,
    Names,
    Reason,
    Where,
    looking,
    reasons_of,
)
from ops.commands.dead_letters.native import native_move
from ops.dead_letters.fate import FORECASTS, forecast
from ops.dead_letters.history import recorded
from ops.dead_letters.journal import Moves, journal, new_run, read_moves, unfinished
from ops.dead_letters.look import HOLD_SECONDS, Look, Seen
from ops.dead_letters.redrive import Pace, Redrive, Redriven
from ops.dead_letters.selection import Selection
from ops.errors import Exit, UserError
from ops.system import System, find_system
from ops.terminal import Json, Stack, complain, counted, line_of, progress_console, say, say_json

RATE = 10.0
"""Slow enough that few are sent before it is known that they fail again."""
STOP_AT = 0.2


def redrive(
    names: Names = None,
    *,
    everything: All = False,
    group: GroupName = None,
    kind: Class = None,
    where: Where = None,
    confirm: Confirm = False,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help=f"Letters a second, at most; {RATE:g} unless told.")
    ] = None,
    stop_at: Annotated[
        str | None,
        typer.Option(help=f"Send no more when more than this share failed again; {STOP_AT:.0%} unless told."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow each to the table or back to the dead letters.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was ended, at its pace unless told another.")
    ] = False,
    native: Annotated[
        str | None, typer.Option(help="Let SQS move all of it, by StartMessageMoveTask: start, status or cancel.")
    ] = None,
    reason: Reason = "",
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Send dead letters to the queue again: a first one alone, then the rest, while few of them fail again.

    Without --confirm nothing is sent; what would become of each is reckoned with the processor's own code.
    --resume goes on with what was confirmed before.

    \b
    orders dead-letters redrive O9002 --confirm --wait
    orders dead-letters redrive --class transient --confirm --rate 20 --stop-at 10% --reason "throttling is over"
    orders dlq redrive --all
    orders dlq redrive --resume
    orders dlq redrive --native start --rate 100 --confirm
    """
    share = None if stop_at is None else _share(stop_at)
    if (native or resume) and (names or everything or group or kind or where):
        raise UserError("--native takes all letters, and --resume those of its run: name none", Exit.USAGE)
    system = find_system(stack)
    if native:
        native_move(system, native, rate=rate or RATE, confirm=confirm, reason=reason, as_json=as_json)
        return
    killed = unfinished(system.output("deadLetterQueueUrl"))
    with looking(system) as look:
        if resume:
            run = _resumed(look, killed, rate=rate, stop_at=share, wait=wait)
        else:
            if killed:
                complain(f"{counted(len(killed), 'run')} not finished: `orders dlq redrive --resume` goes on")
            selection = Selection(names=names, everything=everything, group=group, kind=kind, where=where)
            letters = selection.of(look, reasons_of(system, look))
            if not confirm:
                _tell_forecast(forecast(system, look, letters), len(look), as_json=as_json)
                return
            pace = Pace(rate=rate or RATE, stop_at=STOP_AT if share is None else share, wait=wait)
            run = _Run(
                path=new_run(system.output("deadLetterQueueUrl")),
                letters=letters,
                pace=pace,
                why=reason,
                chosen=selection.as_json(),
            )
        chosen = {seen.message_id for seen in run.letters}
        look.give_back([seen for seen in look.seen if seen.message_id not in chosen])
        before = {message_id: copy for _, moves in killed for message_id, copy in moves.sent.items()}
        result = _carry_out(system, look, run, before)
    _report(result, run, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    path: Path
    letters: Sequence[Seen]
    pace: Pace
    why: str
    chosen: str = ""
    """What was asked for, for the history."""
    resumed: bool = False
    gone: Sequence[str] = ()
    """Message ids of what the run that was killed had deleted already, but could not write down as deleted."""


def _resumed(
    look: Look, killed: Sequence[tuple[Path, Moves]], *, rate: float | None, stop_at: float | None, wait: bool
) -> _Run:
    """What is left to do of the oldest run that was ended in the middle, at its own pace where none is given.

    Raises UserError where its letters cannot be seen yet.
    """
    if not killed:
        raise UserError("no run on this machine was killed in the middle: there is nothing to resume", Exit.NOT_ALL)
    path, moves = killed[0]
    left = moves.left
    letters = [seen for seen in look.seen if seen.message_id in left]
    if len(letters) < len(left) and look.unseen():
        raise UserError(
            f"{len(left) - len(letters):,} letters of that run cannot be seen yet: they come back within "
            f"{HOLD_SECONDS} s of its end; try again then",
            Exit.NOT_ALL,
        )
    if unsure := len([seen for seen in letters if seen.message_id in moves.sending]):
        complain(f"{unsure:,} may have been sent already, and are sent again: a second copy changes nothing")
    begun = moves.begun
    # What is left of an edit is a letter to delete, which has no pace.
    pace = Pace(
        rate=rate or begun.get("rate", RATE),
        stop_at=begun.get("stopAt", STOP_AT) if stop_at is None else stop_at,
        wait=wait or begun.get("wait", False),
    )
    missing = left - {seen.message_id for seen in letters}
    gone = [message_id for message_id in moves.sent if message_id in missing]
    return _Run(
        path=path,
        letters=letters,
        pace=pace,
        why=begun.get("why", ""),
        chosen=begun.get("chosen", ""),
        resumed=True,
        gone=gone,
    )


def _carry_out(system: System, look: Look, run: _Run, before: Mapping[str, str]) -> Redriven:
    ids = [seen.message_id for seen in run.letters]
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    bar = Progress(*columns, console=progress_console, transient=True, disable=not progress_console.is_terminal)
    about = {"letters": len(ids), "resumed": run.resumed, "chosen": run.chosen}
    with (
        journal(run.path) as steps,
        recorded(system, "redrive", why=run.why, journal=steps.run, **about) as record,
        bar,
    ):
        sending = bar.add_task("sent", total=len(ids))
        settled = bar.add_task("settled", total=len(ids), visible=run.pace.wait)

        def told(sent: int, done: int) -> None:
            bar.advance(sending, sent)
            bar.advance(settled, done)

        if not run.resumed:
            pace = run.pace
            steps.note(
                "begun", ids=ids, rate=pace.rate, stopAt=pace.stop_at, wait=pace.wait, why=run.why, chosen=run.chosen
            )
        if run.gone:
            steps.deleted(run.gone)
        sent_before = len(read_moves(run.path).sent)
        redriving = Redrive(system, look, steps, run.pace, told=told)
        try:
            redriving.run(run.letters, before=before)
        except KeyboardInterrupt:
            complain("stopped in the middle: `orders dlq redrive --resume` goes on with the rest")
            raise
        finally:
            # What was under way when somebody pressed Ctrl-C, only the journal knows.
            record.update(_counts(redriving.result) | {"sent": len(read_moves(run.path).sent) - sent_before})
        if read_moves(run.path).is_settled:
            steps.note("ended")
        else:
            complain("some letters were sent and could not be deleted: `orders dlq redrive --resume` deletes them")
    return redriving.result


def _counts(result: Redriven) -> dict[str, object]:
    followed = result.followed
    return {
        "sent": len(followed.stored) + len(followed.failed) + len(followed.pending),
        "inTable": len(followed.stored),
        "failedAgain": len(followed.failed),
        "notFollowed": len(followed.pending),
        "refused": len(result.refused),
        "sentBefore": len(result.sent_before),
        "notSent": result.not_sent,
        **({"stopped": result.stopped} if result.stopped else {}),
    }


def _share(text: str) -> float:
    shape = re.fullmatch(r"(\d{1,3})%", text)
    if not shape or int(shape[1]) > 100:
        raise UserError(f"--stop-at takes a share such as 20%, not {text}", Exit.USAGE)
    return int(shape[1]) / 100


def _tell_forecast(found: Mapping[Kind, int], there: int, *, as_json: bool) -> None:
    count = sum(found.values())
    if as_json:
        say_json({"wouldSend": count, "wouldComeTo": dict(found)})
        return
    print(f"{count:,} of {there:,} dead letters; sent now, they would come to:")
    for kind, of_kind in sorted(found.items(), key=lambda pair: -pair[1]):
        print(line_of({"count": f"{of_kind:,}", "what": FORECASTS[kind]}, {"count": 8, "what": 0}))
    print("nothing was sent: add --confirm to send")


def _report(result: Redriven, run: _Run, *, as_json: bool) -> None:
    followed = result.followed
    if as_json:
        failed = [
            {"orderId": seen.order_id, "messageId": copy, "reason": reason, "back": copy in followed.back}
            for copy, (seen, reason) in followed.failed.items()
        ]
        say_json(_counts(result) | {"failed": failed, "refusedWhy": result.refused})
    else:
        for line in _in_words(result, run):
            say(line)
    if not result.is_complete or (run.pace.wait and followed.pending):
        raise typer.Exit(Exit.NOT_ALL)


def _in_words(result: Redriven, run: _Run) -> Iterator[str]:
    followed, wait = result.followed, run.pace.wait
    named = {seen.message_id: seen.order_id or seen.message_id for seen in run.letters}
    for copy, (seen, reason) in followed.failed.items():
        not_back = ", not back yet" if wait and copy not in followed.back else ""
        yield f"failed again: {named[seen.message_id]}: {reason} (message {copy}{not_back})"
    for message_id, reason in result.refused.items():
        yield f"not taken by SQS: {named[message_id]}: {reason}"
    if wait:
        yield from (f"neither in the table nor back: {named[seen.message_id]}" for seen in followed.pending.values())
        yield from (f"in the table: {named[seen.message_id]}" for seen in followed.stored.values())
    if result.sent_before:
        yield f"{len(result.sent_before):,} were sent by a run that was killed, and are deleted now"
    counts = _counts(result)
    yield (
        f"sent {counts['sent']:,}: {counts['inTable']:,} in the table, {counts['failedAgain']:,} failed again, "
        f"{counts['notFollowed']:,} {'not settled' if wait else 'not followed (--wait does)'}"
    )
    if result.stopped:
        yield f"stopped: {result.stopped}; {result.not_sent:,} were not sent and are dead letters still"
