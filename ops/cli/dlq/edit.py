"""`orders dead-letters edit`."""

import difflib
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated

import typer

from ops.cli.dlq.looking import looking, print_lost
from ops.cli.dlq.options import RESUME, Confirm, Name, Reason, complete_field_value, parse_field_value
from ops.cli.editor import Draft, is_interactive
from ops.cli.exit_codes import Exit
from ops.cli.options import Stack, command_on, find_system
from ops.cli.output import print_error, print_line
from ops.cli.terminal import print_styled
from ops.dead_letters.edit import NothingChanged, OrderIdChanged, check_edit, edited_letter, put_back
from ops.dead_letters.letter import Letter
from ops.dead_letters.selection import FieldValue, lease_named
from ops.errors import InvalidInput, NothingDone
from ops.order_body import readable, with_fields


def edit(
    name: Name,
    *,
    changes: Annotated[
        list[FieldValue] | None,
        typer.Option(
            "--set",
            parser=parse_field_value,
            autocompletion=complete_field_value,
            metavar="FIELD=VALUE",
            help="Set a field instead of opening an editor. Can be repeated.",
        ),
    ] = None,
    new_order_id: Annotated[
        bool, typer.Option("--new-order-id", help="Allow the edit to change the order ID.")
    ] = False,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
) -> None:
    """Correct a dead letter.

    Opens the order in an editor and then asks for confirmation, or sets the fields that --set gives. The editor is the
    value of VISUAL, otherwise of EDITOR, otherwise vi. Rejects an order that is not valid. In a terminal, you can then
    open the editor again. A text that was not put back stays in a file. The letter goes back into OrderDLQ, and
    `redrive` sends it to OrderQueue. It keeps its attributes. The new attribute ordersCameFrom contains its old message
    ID.

    \b
    orders dead-letters edit O9002
    orders dead-letters edit O9002 --set quantity=1 --confirm --reason "the shop sent 0"
    """
    system = find_system(stack)
    with looking(system) as look:
        lease = lease_named(look, name)
        look.release([other for other in look.leases if other is not lease])
        letter = look.letter(lease)
        with nullcontext() if changes else Draft(readable(letter.body)) as draft:
            edited = _edited(letter, changes, draft, new_order_id=new_order_id)
            if not (confirm or (draft and _is_confirmed())):
                print_line("nothing was done: add --confirm to put the edited letter back")
                return
            put = put_back(system, look, lease, edited, reason=reason)
            if draft:
                draft.mark_used()
    if not edited.is_marked:
        history = command_on(system, "dlq history")
        print_error(f"SQS had no room for the attribute ordersCameFrom; `{history}` shows the old message ID")
    print_line("edited and put back into OrderDLQ; to redrive it:")
    print_line(f"  {command_on(system, f'dlq redrive {put.copy} --confirm --wait')}")
    if not put.is_deleted:
        print_lost([lease])
        print_error(f"the old letter was not deleted: `{command_on(system, RESUME)}` deletes it")
        raise typer.Exit(Exit.INCOMPLETE)


def _edited(letter: Letter, changes: Sequence[FieldValue] | None, draft: Draft | None, *, new_order_id: bool) -> Letter:
    """Let the user edit a letter, until it is accepted or the user gives up."""
    if draft is None:
        fields = {change.field: change.value for change in changes or ()}
        return _checked(letter, with_fields(letter.body, fields), new_order_id=new_order_id)
    while True:
        try:
            return _checked(letter, draft.edit(), new_order_id=new_order_id)
        except NothingChanged:
            draft.mark_used()
            raise
        except InvalidInput as error:
            if not is_interactive():
                raise
            print_error(str(error))
            if not typer.confirm("Open the editor again?", default=True, err=True):
                raise NothingDone("nothing was done") from None


def _checked(letter: Letter, order: str, *, new_order_id: bool) -> Letter:
    """Return the letter with another order. Shows the difference, and raises InvalidInput if it is not accepted."""
    edited = edited_letter(letter, order)
    _print_difference(letter.body, edited.body)
    try:
        check_edit(letter, edited, new_order_id=new_order_id)
    except OrderIdChanged as error:
        raise InvalidInput(f"{error}; --new-order-id allows that") from None
    return edited


def _is_confirmed() -> bool:
    return typer.confirm("Put the edited letter back into OrderDLQ?", err=True)


def _print_difference(before: str, after: str) -> None:
    colors = {"-": "red", "+": "green"}
    old, new = readable(before).split("\n"), readable(after).split("\n")
    for line in list(difflib.unified_diff(old, new, n=1, lineterm=""))[3:]:
        print_styled((line, colors.get(line[:1], "")))
