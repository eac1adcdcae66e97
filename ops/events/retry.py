"""Telling the events again that the notifier gave up."""

from collections.abc import Iterator
from dataclasses import dataclass

from ops.dead_letters.look import Look
from ops.dead_letters.move import delete
from ops.events.given_up import GivenUp, Untellable, events_in, read_given_up
from ops.events.telling import Teller
from ops.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What became of a message: the number of events that were told, and why it stays in the queue, if it does."""

    message_id: str
    given_up: GivenUp
    told: int = 0
    problem: str = ""


def retry(system: System, look: Look) -> Iterator[Retried]:
    """Tell the events of every message of a look, oldest first, and delete those whose events were all told.

    A message is deleted after its events were told. If that fails, they are told again by the next retry, with the same
    IDs. After an event that was not told, the later messages about its order wait for the next retry.
    """
    teller = Teller(system.clients.sns, system.outputs.event_topic_arn)
    messages = [(lease, read_given_up(look.letter(lease).body)) for lease in look.leases]
    messages.sort(key=lambda message: (message[0].first_seen, message[1].sequence))
    waiting: set[str] = set()
    for lease, given_up in messages:
        told, problem = 0, "it waits for an earlier event of the order"
        if given_up.order_id not in waiting:
            told, problem = _tell(system, teller, given_up)
        if problem and given_up.order_id:
            waiting.add(given_up.order_id)
        if not problem and not delete(system.clients.sqs, system.outputs.given_up_queue_url, look, [lease]):
            problem = "told, but the message could not be deleted: somebody else may have it"
        yield Retried(message_id=lease.message_id, given_up=given_up, told=told, problem=problem)


def _tell(system: System, teller: Teller, given_up: GivenUp) -> tuple[int, str]:
    """Return the number of events that were told, and the problem of the first that was not."""
    clients = system.clients
    try:
        events, problems = events_in(given_up, clients.dynamodb, clients.dynamodbstreams, system.outputs.table_name)
    except Untellable as problem:
        return 0, str(problem)
    for position, event in enumerate(events):
        for _, failure in teller.tell([event]):
            return position, failure.reason
    return len(events), problems[0] if problems else ""
