"""Each order ends at its latest version and no message is lost, whatever SQS does and whenever a function crashes.

The model of SQS delivers messages again, twice, in any order and to two processors at a time. A function can crash
before and after each of its requests, and another function can process a whole batch in between.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from handler.contract import INSTANT
from handler.log import Log
from handler.order import InvalidOrder, Order, parse_order
from handler.processor import Processor
from handler.store import DynamoDBStore
from ops.samples import EXAMPLE_ORDER
from tests.support.fake_dynamodb import FakeDynamoDB
from tests.support.orders import record

MAX_RECEIVE_COUNT = 3


class Crashed(BaseException):
    """The function crashed. No code of the handler catches this."""


@dataclass
class Message:
    id: str
    body: str
    receives: int = 0


BODIES = st.one_of(
    st.builds(
        lambda number, second, status: json.dumps(
            {**EXAMPLE_ORDER, "orderId": f"O{number}", "timestamp": f"2025-05-03T12:00:0{second}Z", "status": status}
        ),
        st.integers(1, 3),
        st.integers(0, 2),
        st.sampled_from(["new", "paid"]),
    ),
    st.sampled_from(["", "{}", "[]"]),
)

# The events before and after each request. Usually nothing happens.
EVENTS = st.lists(st.sampled_from(["go on", "go on", "go on", "crash", "run another"]), max_size=8)


class ExactlyOnce(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.published: dict[str, str] = {}
        self.queue: list[Message] = []
        self.dead: list[Message] = []
        self.done: set[str] = set()
        self.events: list[str] = []
        self.another: Callable[[], None] | None = None
        self.dynamodb = FakeDynamoDB(self.interfere)

    def interfere(self) -> None:
        match self.events.pop(0) if self.events else "go on":
            case "crash":
                raise Crashed
            case "run another" if self.another:
                run, self.another = self.another, None
                run()

    @rule(body=BODIES, copies=st.integers(1, 2))
    def publish(self, body: str, copies: int) -> None:
        message_id = str(uuid4())
        self.published[message_id] = body
        self.queue += [Message(message_id, body) for _ in range(copies)]

    @precondition(lambda self: self.queue)
    @rule(data=st.data(), events=EVENTS)
    def deliver(self, data: st.DataObject, events: list[str]) -> None:
        shuffled = data.draw(st.permutations(self.queue))
        one, other = shuffled[: len(shuffled) // 2 + 1], shuffled[len(shuffled) // 2 + 1 :]
        self.events = events
        self.another = lambda: self.process(other)
        self.process(one)

    def process(self, received: list[Message]) -> None:
        """Run one invocation. As in SQS, a message with too many receives is moved to the dead letters instead."""
        batch: list[Message] = []
        for message in received:
            if message.receives == MAX_RECEIVE_COUNT:
                self.queue.remove(message)
                self.dead.append(message)
            elif message.id not in {other.id for other in batch}:
                message.receives += 1
                batch.append(message)
        store = DynamoDBStore("Orders", cast("Any", self.dynamodb))
        processor = Processor(
            store,
            Log(io.StringIO()),
            max_receive_count=MAX_RECEIVE_COUNT,
            retry_at_once=lambda _records, _deadline: None,
        )
        try:
            answer = processor.process([record(m.id, m.body, attempt=m.receives) for m in batch], seconds_left=60)
        except Crashed:
            return
        finally:
            store._threads.shutdown()
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert failed <= {message.id for message in batch}
        for message in batch:
            if message.id not in failed:
                self.queue.remove(message)
                self.done.add(message.id)

    @invariant()
    def every_message_is_somewhere(self) -> None:
        anywhere = {message.id for message in (*self.queue, *self.dead)} | self.done
        assert anywhere == self.published.keys()

    def teardown(self) -> None:
        while self.queue:
            self.events, self.another = [], None
            self.process(list(self.queue))
        self.every_message_is_somewhere()
        orders = {message_id: order for message_id, body in self.published.items() if (order := parsed(body))}
        assert self.done <= orders.keys(), "a message that is not an order never succeeds"
        assert all(message.receives == MAX_RECEIVE_COUNT for message in self.dead)
        self.each_order_is_at_its_latest_version(orders)

    def each_order_is_at_its_latest_version(self, orders: dict[str, Order]) -> None:
        for order_id, item in self.dynamodb.items.items():
            instant, status = item[INSTANT]["S"], item["status"]["S"]
            versions = [order for order in orders.values() if order.order_id == order_id]
            assert status in {order.attributes["status"] for order in versions if order.instant == instant}
            for done in (orders[done] for done in self.done if orders[done].order_id == order_id):
                assert done.instant <= instant, "the table has the stored version or a later one"
                assert done.instant < instant or done.attributes["status"] == status, (
                    "two different contents of one version succeeded"
                )
        stored = self.dynamodb.items.keys()
        assert {orders[done].order_id for done in self.done} <= stored


def parsed(body: str) -> Order | None:
    try:
        return parse_order(body)
    except InvalidOrder:
        return None


TestExactlyOnce = ExactlyOnce.TestCase
TestExactlyOnce.settings = settings(max_examples=300, stateful_step_count=12, deadline=None)
