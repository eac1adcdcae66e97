"""Starts a drill on the local system, and checks whether the system is healthy again and has lost no order."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from handler.contract import Attribute
from ops.drill.faults import fault_of
from ops.drill.record import Drill, delete_record, one_at_a_time, read_drill, save_drill
from ops.errors import InvalidInput, NoAccess, NothingDone
from ops.publish import publish_orders
from ops.queues import count_messages, name_of_queue
from ops.samples import sample_orders
from ops.system import System
from ops.table import get_order
from ops.text import counted

PUBLISHED_ORDERS = 20
STORE_SECONDS = 20
"""How long the check waits until a new order is stored. A healthy system on a busy machine takes some seconds."""
POLL_SECONDS = 0.2
LOOPBACK = "127.0.0.1"


@one_at_a_time()
def start_drill(system: System, seed: int | None, *, otherwise: int) -> Drill:
    """Break the system, and publish orders. A drill that was interrupted is completed with its own seed.

    Raises InvalidInput if the system does not run on this machine, and NothingDone if a drill is under way, if the
    queues are not empty, or if another command works on a drill.
    """
    system_id = _identity(system)
    drill = read_drill(system_id)
    if drill is None:
        drill = _new_drill(system, system_id, otherwise if seed is None else seed)
        save_drill(drill)
    elif drill.is_complete or seed not in (None, drill.seed):
        raise NothingDone("a drill is under way: it has to end before another one starts")
    fault = fault_of(drill.seed)
    fault.cause(system)
    _publish(system, [*drill.orders, *fault.sent()])
    complete = replace(drill, is_complete=True)
    save_drill(complete)
    return complete


@one_at_a_time()
def check_drill(system: System) -> tuple[Drill, Sequence[str]]:
    """Return the drill, and what is still wrong, in words that do not name the fault. If nothing is, the drill ends.

    Publishes another order, because only that shows whether orders get to the table. Raises InvalidInput if the system
    does not run on this machine, and NothingDone if there is no drill to check.
    """
    drill = read_drill(_identity(system))
    if drill is None:
        raise NothingDone("there is no drill on this system: `orders drill` starts one")
    if not drill.is_complete:
        raise NothingDone("the drill was interrupted: `orders drill` completes it")
    if waiting := _waiting(system):
        return drill, waiting
    [probe] = sample_orders(1)
    drill = replace(drill, orders=[*drill.orders, probe])
    save_drill(drill)  # Before the order is published, because it must not be lost either.
    _publish(system, [probe])
    problems = _until_stored(system, probe) or _lost(system, drill.orders)
    if not problems:
        delete_record()
    return drill, problems


def _new_drill(system: System, system_id: str, seed: int) -> Drill:
    if waiting := _waiting(system):
        raise NothingDone(f"a drill starts with empty queues, but {waiting[0]}: see `orders status`")
    orders = list(sample_orders(PUBLISHED_ORDERS))
    return Drill(system_id=system_id, seed=seed, orders=orders, is_complete=False)


def _identity(system: System) -> str:
    """Return what distinguishes the system on this machine from earlier ones. Raises InvalidInput for any other."""
    url = system.clients.endpoint_url
    if system.is_deployed or url is None or urlsplit(url).hostname != LOOPBACK:
        raise InvalidInput("a drill breaks things: it works only on the system of `orders local`")
    created = system.clients.sqs.get_queue_attributes(
        QueueUrl=system.outputs.queue_url, AttributeNames=["CreatedTimestamp"]
    )["Attributes"]["CreatedTimestamp"]
    return f"{url} {created}"


def _publish(system: System, bodies: Sequence[str]) -> None:
    if rejections := publish_orders(system.clients.sns, system.outputs.topic_arn, bodies):
        raise NoAccess(f"the topic did not accept {counted(len(rejections), 'order')}: {rejections[0].reason}")


def _waiting(system: System) -> list[str]:
    outputs = system.outputs
    urls = outputs.queue_url, outputs.dead_letter_queue_url, outputs.undelivered_queue_url
    counts = {name_of_queue(url): count_messages(system.clients.sqs, url).total for url in urls}
    return [f"{name} contains {counted(count, 'message')}" for name, count in counts.items() if count]


def _until_stored(system: System, order: str) -> list[str]:
    """Wait until an order is in the table and no longer in a queue. If that takes too long, say what is wrong."""
    deadline = time.monotonic() + STORE_SECONDS
    while problems := _waiting(system) or _lost(system, [order]):
        if time.monotonic() >= deadline:
            return problems
        time.sleep(POLL_SECONDS)
    return []


def _lost(system: System, bodies: Sequence[str]) -> list[str]:
    """Say which orders are not in the table as they were published. The queues are known to be empty."""
    dynamodb, table = system.clients.dynamodb, system.outputs.table_name
    orders = {order[Attribute.ORDER_ID]: order for order in map(json.loads, bodies)}
    stored = {order_id: get_order(dynamodb, table, order_id) or {} for order_id in orders}
    lost = [order_id for order_id, order in orders.items() if not order.items() <= stored[order_id].items()]
    return [f"order {order_id} is neither in a queue nor in the table as it was published" for order_id in lost]
