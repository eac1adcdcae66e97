"""Edits a dead letter: its order is changed, validated, and put back into OrderDLQ."""

from dataclasses import dataclass, replace

from handler.order import InvalidOrder, parse_order
from ops.condition import ConditionEnded, only_while
from ops.dead_letters.journal import journal, new_run
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import EDITED, Letter
from ops.dead_letters.look import Look
from ops.dead_letters.move import Mover, send
from ops.errors import InvalidInput, NoAccess, NothingDone
from ops.history import recorded
from ops.order_body import compact, order_ids_in, readable, with_order
from ops.system import System
from ops.text import printable


class OrderIdChanged(InvalidInput):
    """The edit would change the order ID, and the caller did not allow this."""


class NothingChanged(NothingDone):
    """The edited order is the same."""


def edited_letter(letter: Letter, order: str) -> Letter:
    """Replace the order in a letter and mark where it came from. Raises NothingChanged if the order is the same."""
    body = with_order(letter.body, compact(order))
    if readable(body) == readable(letter.body):
        raise NothingChanged("nothing was changed")
    return replace(letter, body=body).marked(EDITED)


def check_edit(letter: Letter, edited: Letter, *, new_order_id: bool) -> None:
    """Raises InvalidInput if the processor would reject the order, and OrderIdChanged unless that is allowed."""
    try:
        order = parse_order(edited.body)
    except InvalidOrder as invalid:
        raise InvalidInput(f"not accepted: {invalid.reason}") from None
    before = order_ids_in(letter.body)
    if before and order.order_id not in before and not new_order_id:
        known = " or ".join(map(printable, before))
        raise OrderIdChanged(f"not accepted: orderId would be {printable(order.order_id)} instead of {known}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditResult:
    """The result of an edit that was put back."""

    copy: str
    """The message ID of the edited letter."""
    is_deleted: bool
    """Whether the old letter was deleted. Otherwise, somebody else may have it."""


def put_back(system: System, look: Look, lease: Lease, edited: Letter, *, reason: str) -> EditResult:
    """Send the edited letter to OrderDLQ and delete the old one. Raises NothingDone if the lease was lost."""
    sqs, queue = system.clients.sqs, system.letter_queue_url
    details = {"messageId": lease.message_id, "orderId": lease.order_id}
    with recorded(system, "edit", reason=reason, **details) as result, journal(new_run(queue)) as steps:
        if not look.hold([lease]):
            raise _lost(lease)
        steps.note("begun", what="edit", ids=[lease.message_id])
        try:
            with only_while(lambda: look.holds([lease])):
                sent = send(sqs, queue, [edited], steps)
        except ConditionEnded:
            raise _lost(lease) from None
        if sent.rejected:
            raise NoAccess(f"SQS rejected the letter: {sent.rejected[lease.message_id]}")
        deleted = Mover(sqs, look, steps, source=queue, target=queue).delete([lease])
        copy = result["copy"] = sent.copies[lease.message_id]
        if deleted:
            steps.note("ended")
        else:
            result["lost"] = 1
    return EditResult(copy=copy, is_deleted=bool(deleted))


def _lost(lease: Lease) -> NothingDone:
    return NothingDone(f"{lease.name} is lost: its lease ended, so somebody else may have it; nothing was put back")
