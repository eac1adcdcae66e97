"""`orders dead-letters edit`."""

from contextlib import nullcontext
from typing import Annotated

import typer

from handler.contract import Attribute
from ops.cli.dlq.bulk_edit import edit_all
from ops.cli.dlq.difference import print_difference
from ops.cli.dlq.looking import looking, print_lost
from ops.cli.dlq.option_groups import takes_groups
from ops.cli.dlq.options import (
    RESUME,
    Confirm,
    Queue,
    Reason,
    SelectionOptions,
    command_on_letters,
    complete_field_value,
    find_letters,
    parse_field_value,
)
from ops.cli.editor import Draft, is_interactive
from ops.cli.exit_codes import Exit
from ops.cli.options import Stack, command_on
from ops.cli.output import print_error, print_line
from ops.dead_letters.edit import NothingChanged, OrderIdChanged, check_edit, edited_letter, put_back
from ops.dead_letters.letter import Letter
from ops.dead_letters.selection import FieldValue, lease_named
from ops.errors import InvalidInput, NothingDone
from ops.order_body import Correction, readable
from ops.system import LetterQueue, System


@takes_groups
def edit(
    selected: SelectionOptions,
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
    renames: Annotated[
        list[FieldValue] | None,
        typer.Option(
            "--rename",
            parser=parse_field_value,
            metavar="FIELD=NAME",
            help="Give a field another name. Can be repeated, and comes before --set.",
        ),
    ] = None,
    new_order_id: Annotated[
        bool, typer.Option("--new-order-id", help="Allow the edit to change the order ID.")
    ] = False,
    reason: Reason = "",
    confirm: Confirm = False,
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
) -> None:
    """Correct a dead letter, or many in the same way.

    Opens the order in an editor and then asks for confirmation, or makes the changes that --set and --rename give. The
    editor is the value of VISUAL, otherwise of EDITOR, otherwise vi. Rejects an order that is not valid. In a terminal,
    you can then open the editor again. A text that was not put back stays in a file. The letter goes back into
    OrderDLQ, and `redrive` sends it to OrderQueue. It keeps its attributes. The new attribute ordersCameFrom contains
    its old message ID.

    With --set or --rename, several letters can be selected. Without --confirm, the command then shows what a redrive
    of the edited letters would do, and the differences of three of them. Letters that would not be valid stay as they
    are. If the command is stopped, run `redrive --resume`, and then the same command again.

    \b
    orders dead-letters edit O9002
    orders dead-letters edit O9002 --set quantity=1 --confirm --reason "the shop sent 0"
    orders dlq edit --class invalid --where currency=eur --set currency=EUR
    orders dlq edit --group cdc5ee --rename customerId=userId
    """
    correction = Correction(
        names={rename.field: rename.value for rename in renames or ()},
        values={change.field: change.value for change in changes or ()},
    )
    if name := selected.only_name:
        system = find_letters(stack, queue)
        _edit_one(system, name, correction, new_order_id=new_order_id, reason=reason, is_confirmed=confirm)
    else:
        selection = selected.selection()
        _check_for_several(correction, new_order_id=new_order_id)
        edit_all(find_letters(stack, queue), selection, correction, reason=reason, is_confirmed=confirm)


def _check_for_several(correction: Correction, *, new_order_id: bool) -> None:
    """Raises InvalidInput for options that fit only one letter."""
    if not correction:
        raise InvalidInput("an editor opens one letter: name it, or add --set or --rename to edit several")
    if new_order_id or Attribute.ORDER_ID in correction.values:
        raise InvalidInput("several letters cannot get the same order ID: edit them one after another")


def _edit_one(
    system: System, name: str, correction: Correction, *, new_order_id: bool, reason: str, is_confirmed: bool
) -> None:
    """Edit the only letter with this name, with an editor unless a correction is given."""
    with looking(system, wanted=name) as look:
        lease = lease_named(look, name)
        look.release([other for other in look.leases if other is not lease])
        letter = look.letter(lease)
        with nullcontext() if correction else Draft(readable(letter.body)) as draft:
            edited = _edited(letter, correction, draft, new_order_id=new_order_id)
            if not (is_confirmed or (draft and _is_confirmed(system.letter_queue))):
                print_line("nothing was done: add --confirm to put the edited letter back")
                return
            put = put_back(system, look, lease, edited, reason=reason)
            if draft:
                draft.mark_used()
    if not edited.is_marked:
        history = command_on(system, "dlq history")
        print_error(f"SQS had no room for the attribute ordersCameFrom; `{history}` shows the old message ID")
    print_line(f"edited and put back into {system.letter_queue.logical_name}; to redrive it:")
    print_line(f"  {command_on_letters(system, f'redrive {put.copy} --confirm --wait')}")
    if not put.is_deleted:
        print_lost([lease])
        print_error(f"the old letter was not deleted: `{command_on_letters(system, RESUME)}` deletes it")
        raise typer.Exit(Exit.INCOMPLETE)


def _edited(letter: Letter, correction: Correction, draft: Draft | None, *, new_order_id: bool) -> Letter:
    """Let the user edit a letter, until it is accepted or the user gives up."""
    if draft is None:
        return _checked(letter, correction.corrected(letter.body), new_order_id=new_order_id)
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
    print_difference(letter.body, edited.body)
    try:
        check_edit(letter, edited, new_order_id=new_order_id)
    except OrderIdChanged as error:
        raise InvalidInput(f"{error}; --new-order-id allows that") from None
    except InvalidInput as error:
        raise InvalidInput(f"{error}; nothing was done") from None
    return edited


def _is_confirmed(queue: LetterQueue) -> bool:
    return typer.confirm(f"Put the edited letter back into {queue.logical_name}?", err=True)
