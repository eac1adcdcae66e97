"""A model of SQS and of publishers, with random faults around every request of the handler."""

import json
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from botocore.exceptions import ClientError, ConnectTimeoutError

from handler.order import InvalidOrder, parse_order
from ops.samples import EXAMPLE_ORDER

MAX_RECEIVE_COUNT = 3
ACTIVE_ORDERS = 500
"""The number of orders that get new versions at a time."""
VERSIONS = 40
"""The number of versions of an order. Publishers send them in a random sequence, and some of them twice."""
FAULTS_PER_REQUEST = 0.03


class Crashed(BaseException):
    """The function crashed. No code of the handler catches this."""


@dataclass(slots=True)
class Message:
    """A message in the queue, and how often it was received."""

    number: int
    body: str
    receives: int = 0


class Publishers:
    """Message bodies without end: orders with versions in a random sequence, repeated ones, and invalid ones."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def bodies(self) -> Iterator[str]:
        first = 0
        while True:
            pairs = [(order, version) for order in range(first, first + ACTIVE_ORDERS) for version in range(VERSIONS)]
            pairs += self._chance.sample(pairs, len(pairs) // 10)
            self._chance.shuffle(pairs)
            for order, version in pairs:
                yield self._invalid() if self._chance.random() < 0.01 else body_of(order, version)
            first += ACTIVE_ORDERS

    def _invalid(self) -> str:
        return self._chance.choice(["", "{}", "[]", '{"orderId": "O1"', json.dumps({**EXAMPLE_ORDER, "quantity": 0})])


def body_of(order: int, version: int) -> str:
    timestamp = f"2025-05-03T12:{version // 60:02}:{version % 60:02}Z"
    return json.dumps(
        {**EXAMPLE_ORDER, "orderId": f"O{order}", "timestamp": timestamp, "quantity": version + 1, "status": "paid"}
    )


class Queue:
    """Delivers every message at least once, in any order. Several processors may receive at the same time."""

    def __init__(self, publishers: Publishers, chance: random.Random) -> None:
        self._bodies = publishers.bodies()
        self._chance = chance
        self._lock = Lock()
        self._visible: deque[Message] = deque()
        self.published: list[str] = []
        self.dead: list[Message] = []
        self.done: set[int] = set()
        self.deliveries = 0

    def receive(self, *, publish: bool) -> list[Message]:
        """Return a batch of different messages. With `publish`, new messages keep the queue full."""
        with self._lock:
            while publish and len(self._visible) < 2_000:
                self._visible.append(Message(len(self.published), next(self._bodies)))
                self.published.append(self._visible[-1].body)
            self._visible.rotate(self._chance.randrange(1_000))
            batch: dict[int, Message] = {}
            for _ in range(min(len(self._visible), self._chance.choice([1, 10, 100]))):
                message = self._visible.popleft()
                if message.receives >= MAX_RECEIVE_COUNT:
                    self.dead.append(message)
                else:
                    batch[message.number] = message
            for message in batch.values():
                message.receives += 1
                if self._chance.random() < 0.02:  # SQS delivers it a second time, to another processor.
                    self._visible.append(Message(message.number, message.body, message.receives))
            self.deliveries += len(batch)
            return list(batch.values())

    def settle(self, batch: list[Message], failed: set[int]) -> None:
        """Delete the messages of a batch that succeeded, and make the others visible again."""
        with self._lock:
            for message in batch:
                if message.number in failed:
                    self._visible.append(message)
                else:
                    self.done.add(message.number)

    def redrive(self) -> bool:
        """Send the dead letters again that contain a valid order: a fault moved them there. False if there is none."""
        again = {
            letter.number: letter for letter in self.dead if letter.number not in self.done and is_valid(letter.body)
        }
        self.dead = [letter for letter in self.dead if letter.number not in again]
        self._visible += [Message(letter.number, letter.body) for letter in again.values()]
        return bool(again)

    def __bool__(self) -> bool:
        return bool(self._visible)


def is_valid(body: str) -> bool:
    try:
        parse_order(body)
    except InvalidOrder:
        return False
    return True


class Faults:
    """Interferes before and after each request takes effect: a crash, a throttle or a lost response."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.count = 0

    def interfere(self) -> None:
        if self._chance.random() >= FAULTS_PER_REQUEST:
            return
        self.count += 1
        match self._chance.randrange(3):
            case 0:
                raise Crashed
            case 1:
                raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "PutItem")
            case _:
                raise ConnectTimeoutError(endpoint_url="https://dynamodb")
