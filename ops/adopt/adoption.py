"""Adopts resources that were made by hand: finds them, and predicts the first `pulumi up` after their import."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ops.adopt import calls
from ops.adopt.answers import account_in_aws, read_answers
from ops.adopt.comparison import Difference, differences, read_successful
from ops.adopt.declared import Declared, read_program, trial_of
from ops.adopt.import_file import Document, import_file
from ops.adopt.judgement import judge
from ops.adopt.lookup import Lookup, look_up
from ops.adopt.others import find_others
from ops.adopt.trial import SECONDS, preview_after_import
from ops.clients import Clients
from ops.errors import NoAccess
from ops.pulumi import OnWaiting, run_pulumi
from ops.review.finding import Review
from ops.review.live import Live, read_live
from ops.review.preview import Change, Preview
from ops.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A resource that exists and that the stack does not have yet."""

    resource: Declared
    id: str
    """The ID by which `pulumi import` knows it."""
    content: str
    """The messages or orders in it, in words. Empty if it holds none or if they cannot be counted."""
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What an import brings into the stack, and what the first `pulumi up` does then."""

    adopted: Sequence[Adopted]
    created: Sequence[Declared]
    """The resources that do not exist."""
    present: Sequence[Declared]
    """The resources that the stack has already."""
    document: Document
    """The content of the file for `pulumi import`."""
    review: Review
    region: str
    """The Region of the stack."""
    unread: Mapping[str, Sequence[str]]
    """Why the content of resources could not be counted: the logical names by the reason."""


def adopt(stack: str, answers_file: str | None, on_waiting: OnWaiting) -> Adoption:
    """Find the resources of a stack in AWS. Reads only. Raises UserError if the user has to do something first."""
    text = run_pulumi("preview", "--show-sames", stack=stack, seconds=SECONDS, on_waiting=on_waiting)
    program = read_program(text)
    answers = read_answers(answers_file, program) if answers_file else {}
    lookup = look_up(program, Clients, answers)

    def preview_of(document: Document, providers: Sequence[str]) -> str:
        return preview_after_import(document, providers, stack, on_waiting)

    return predict(lookup, text, stack, preview_of)


def predict(lookup: Lookup, now: str, stack: str, preview_of: Callable[[Document, Sequence[str]], str]) -> Adoption:
    """Predict what follows the import of what was found.

    `now` is the preview of the stack as it is. `preview_of` returns the preview after an import.
    """
    program, ids = lookup.program, lookup.ids
    resources = sorted((one for one in program.resources if one.is_in_aws), key=lambda one: (one.type, one.name))
    present = {one.urn for one in program.resources if one.in_stack}
    found = [one for one in resources if one.urn in ids and one.urn not in present]
    adopted = {one.urn: ids[one.urn] for one in found}
    preview = read_successful(now)
    if found:
        trial = trial_of(program)
        after = read_successful(preview_of(import_file(trial, ids), trial.providers))
        preview = _joined(preview, after, present)
    changes = {change.urn: change for change in preview.changes}
    _check_account(lookup, found, changes)
    live = read_live(preview)
    return Adoption(
        adopted=[
            Adopted(
                resource=one,
                id=ids[one.urn],
                content=_content(one.urn, live),
                differences=list(differences(changes[one.urn])),
            )
            for one in found
        ],
        created=[one for one in resources if one.urn not in ids],
        present=[one for one in resources if one.urn in present],
        document=import_file(program, adopted),
        review=Review.of([*find_others(lookup), *judge(preview, live, adopted, stack)]),
        region=program.region,
        unread=live.unread,
    )


def _joined(now: Preview, after: Preview, present: Collection[str]) -> Preview:
    """The preview after an import: that of the stack for what the stack has, and that of the trial for the rest."""
    changes = {one.urn: one for one in now.changes}
    changes |= {one.urn: one for one in after.changes if one.urn not in present}
    components = {one.urn: one for one in now.components}
    components |= {one.urn: one for one in after.components if one.urn not in present}
    return replace(after, changes=list(changes.values()), components=list(components.values()))


def _check_account(lookup: Lookup, found: Sequence[Declared], imported: Mapping[str, Change]) -> None:
    """Raises NoAccess if the provider of the stack works in another account than the one that was searched."""
    account = cache(calls.account)
    for resource in found:
        theirs = account_in_aws(str(imported[resource.urn].outputs.get("arn", "")))
        if theirs and theirs != (own := account(lookup.clients(resource))):
            raise NoAccess(
                f"the stack is in the account {theirs}, but the credentials are of {own}: "
                "name the profile of the stack in AWS_PROFILE"
            )


def _content(urn: str, live: Live) -> str:
    if facts := live.queues.get(urn):
        return str(facts)
    items = live.items.get(urn)
    return "" if items is None else f"{counted(items, 'order')}, as DynamoDB counted up to six hours ago"
