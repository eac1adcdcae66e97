"""Edits many dead letters in the same way: each is changed, validated and put back into OrderDLQ."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from ops.dead_letters.edit import NothingChanged, check_edit, edited_letter
from ops.dead_letters.journal import journal, new_run, read_run
from ops.dead_letters.lease import Lease, without
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.move import Mover
from ops.dead_letters.named import named
from ops.errors import InvalidInput
from ops.history import recorded
from ops.order_body import Correction
from ops.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEdit:
    """The letters that an edit changes, and those of the selection that it leaves as they are."""

    correction: Correction
    leases: Sequence[Lease]
    unchanged: Sequence[Lease]
    """Letters that have these values already."""
    refused: Sequence[tuple[Lease, str]]
    """Letters that the processor would still reject, or that would become another order, with the reason."""
    sent_before: Sequence[Lease]
    """Letters that a stopped run sent. Resuming it deletes them."""
    unmarked: Sequence[Lease]
    """Letters of `leases` with no room for the attribute `ordersCameFrom`."""

    def edited(self, letter: Letter) -> Letter:
        """The corrected letter."""
        return edited_letter(letter, self.correction.corrected(letter.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEditResult:
    """What became of the letters of an edit."""

    edited: int
    """The number of letters that were put back. The old ones are deleted, unless their leases were lost."""
    rejected: Sequence[tuple[Lease, str]]
    """Letters that SQS did not accept, with the reason. The old ones are still in OrderDLQ."""
    lost: Sequence[Lease]
    """Letters that were not put back, or whose old ones were not deleted: somebody else may have them."""
    is_settled: bool
    """Whether the old letter of each letter that was put back is deleted."""


def plan_bulk_edit(
    look: Look, leases: Iterable[Lease], correction: Correction, already_sent: Collection[str]
) -> BulkEdit:
    """Try an edit on each letter. Sends nothing.

    `already_sent` contains the message IDs of letters that stopped runs sent.
    """
    found: list[Lease] = []
    unchanged: list[Lease] = []
    refused: list[tuple[Lease, str]] = []
    unmarked: list[Lease] = []
    sent_before: list[Lease] = []
    for lease in leases:
        if lease.message_id in already_sent:
            sent_before.append(lease)
            continue
        letter = look.letter(lease)
        try:
            edited = edited_letter(letter, correction.corrected(letter.body))
            check_edit(letter, edited, new_order_id=False)
        except NothingChanged:
            unchanged.append(lease)
        except InvalidInput as error:
            refused.append((lease, str(error)))
        else:
            found.append(lease)
            unmarked += [] if edited.is_marked else [lease]
    return BulkEdit(
        correction=correction,
        leases=found,
        unchanged=unchanged,
        refused=refused,
        sent_before=sent_before,
        unmarked=unmarked,
    )


def put_all_back(
    system: System, look: Look, edit: BulkEdit, *, reason: str, chosen: str, on_progress: Callable[[int], None]
) -> BulkEditResult:
    """Send the edited letters to OrderDLQ and delete the old ones. Releases all other letters first.

    `on_progress` receives the number of letters that were handled since its last call.
    """
    sqs, queue = system.clients.sqs, system.letter_queue_url
    look.release(without(look.leases, edit.leases))
    by_id = {lease.message_id: lease for lease in edit.leases}
    details = {"letters": len(by_id), "chosen": chosen, **named(edit.leases)}
    details |= {"renamed": dict(edit.correction.names), "set": dict(edit.correction.values)}
    rejected: list[tuple[Lease, str]] = []
    with (
        journal(new_run(queue)) as steps,
        recorded(system, "edit", reason=reason, journal=steps.run, **details) as record,
    ):
        steps.note("begun", what="edit", ids=list(by_id))
        mover = Mover(sqs, look, steps, source=queue, target=queue, change=edit.edited)
        try:
            for sent in mover.move(edit.leases):
                rejected += [(by_id[message_id], why) for message_id, why in sent.rejected.items()]
                on_progress(len(sent.copies) + len(sent.rejected) + len(sent.lost))
        finally:
            # After Ctrl-C, only the journal contains what the batches in progress have sent.
            state = read_run(steps.path)
            record.update(edited=len(state.sent), deleted=len(state.deleted), rejected=len(rejected))
        if state.is_settled:
            steps.note("ended")
    kept = {lease.message_id for lease, _ in rejected} | state.deleted
    lost = [lease for message_id, lease in by_id.items() if message_id not in kept]
    return BulkEditResult(edited=len(state.sent), rejected=rejected, lost=lost, is_settled=state.is_settled)
