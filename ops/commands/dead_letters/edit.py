"""`orders dead-letters edit`."""

import difflib
import os
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import typer
from rich.text import Text

from handler.order import InvalidOrder, parse_order
from ops.commands.dead_letters.common import Confirm, Name, Reason, looking, named
from ops.dead_letters.body import compact, order_id_in, readable, with_fields, wrapped
from ops.dead_letters.history import recorded
from ops.dead_letters.journal import journal, new_run
from ops.dead_letters.letter import CAME_FROM, Letter
from ops.dead_letters.look import Look, Seen
from ops.dead_letters.transfer import Mover, send
from ops.errors import Exit, UserError
from ops.system import System, find_system
from ops.terminal import Stack, complain, console, printable


def edit(
    name: Name,
    *,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE, instead of $EDITOR; may be repeated.")
    ] = None,
    new_order_id: Annotated[bool, typer.Option("--new-order-id", help="Let the order become another order.")] = False,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
) -> None:
    """Mend a dead letter, in $EDITOR or with --set, and put it back among the dead letters; `redrive` sends it on.

    What the processor would not take is not accepted. The mended letter keeps its attributes, and has one that says
    where it came from.

    \b
    orders dead-letters edit O9002
    orders dead-letters edit O9002 --set quantity=1 --confirm --reason "the shop sent 0"
    """
    system = find_system(stack)
    with looking(system) as look:
        seen = _the_one(look, name)
        look.give_back([other for other in look.seen if other is not seen])
        letter = look.whole(seen)
        with look.kept():
            mended = with_fields(letter.body, _changes(set_)) if set_ else _in_editor(letter)
        edited = replace(
            letter, body=wrapped(letter.body, compact(mended)), attributes=letter.coming_from(letter.logged_as)
        )
        if readable(edited.body) == readable(letter.body):
            raise UserError("nothing was changed", Exit.NOT_ALL)
        _show_difference(letter.body, edited.body)
        _accept(letter, edited, new_order_id=new_order_id)
        with look.kept():
            accepted = confirm or (not set_ and typer.confirm("put it back, mended?", err=True))
        if not accepted:
            print("nothing was done: add --confirm to put it back, mended")
            return
        copy = _put_back(system, look, seen, edited, reason)
    print(f"mended, and a dead letter again; this sends it on:\n  orders dlq redrive {copy} --confirm --wait")


def _the_one(look: Look, name: str) -> Seen:
    found = named(look, name)
    if len(found) > 1:
        ids = ", ".join(seen.message_id for seen in found)
        raise UserError(f"{len(found)} dead letters are about {name}: name one by its message id, {ids}", Exit.USAGE)
    return found[0]


def _changes(settings: list[str]) -> dict[str, str]:
    changes = {}
    for setting in settings:
        field, given, value = setting.partition("=")
        if not (field and given):
            raise UserError(f"--set takes FIELD=VALUE, not {setting}", Exit.USAGE)
        changes[field] = value
    return changes


def _in_editor(letter: Letter) -> str:
    """The order's text, as it is when the editor ends."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with NamedTemporaryFile("w+", suffix=".json") as file:  # It is for this user alone.
        file.write(readable(letter.body))
        file.flush()
        try:
            ended = subprocess.run([*shlex.split(command), file.name], check=False).returncode
        except (OSError, ValueError) as error:
            raise UserError(
                f"the editor {command} did not start ({error}): name one in EDITOR, or use --set", Exit.USAGE
            ) from None
        if ended:
            raise UserError(f"the editor {command} ended with {ended}: nothing was done", Exit.NOT_ALL)
        # Editors save by putting another file in its place.
        return Path(file.name).read_text(encoding="utf-8").rstrip("\n")


def _show_difference(before: str, after: str) -> None:
    colours = {"-": "red", "+": "green"}
    old, new = readable(before).split("\n"), readable(after).split("\n")
    for line in list(difflib.unified_diff(old, new, n=1, lineterm=""))[3:]:
        console.print(Text(printable(line), colours.get(line[:1], "")))


def _accept(letter: Letter, edited: Letter, *, new_order_id: bool) -> None:
    """Raises UserError where the processor would not take it, or it would be about another order."""
    try:
        order = parse_order(edited.body)
    except InvalidOrder as invalid:
        raise UserError(f"not accepted: {invalid.reason}; nothing was done", Exit.USAGE) from None
    before = order_id_in(letter.body)
    if before not in {None, order.order_id} and not new_order_id:
        raise UserError(
            f"not accepted: orderId would be {order.order_id} instead of {before}; "
            "--new-order-id lets it become another order",
            Exit.USAGE,
        )


def _put_back(system: System, look: Look, seen: Seen, edited: Letter, reason: str) -> str:
    """Send the mended letter to the dead letters, and delete the one that it replaces."""
    queue = system.output("deadLetterQueueUrl")
    about = {"messageId": seen.message_id, "orderId": seen.order_id}
    with recorded(system, "edit", why=reason, **about) as result, journal(new_run(queue)) as steps:
        steps.note("begun", what="edit", ids=[seen.message_id])
        sent = send(system.sqs, queue, [edited], steps)
        if sent.refused:
            raise UserError(f"not accepted by SQS: {sent.refused[seen.message_id]}")
        Mover(system.sqs, look, steps, source=queue, target=queue).delete([seen])
        result["copy"] = copy = sent.copies[seen.message_id]
        steps.note("ended")
    if CAME_FROM not in edited.attributes:
        complain("there was no room for an attribute that says where it came from; `orders dlq history` does")
    return copy
