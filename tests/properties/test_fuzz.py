"""100,000 messages that are almost orders: each is an order or is refused, and none is an exception."""

import json
import random

from boto3.dynamodb.types import TypeSerializer

from handler.order import InvalidOrder, parse_order
from local.samples import EXAMPLE_ORDER, invalid_orders

MESSAGES = 100_000
SEED = 20250503

ORDER = json.dumps(EXAMPLE_ORDER)
WHOLE = [
    ORDER,
    json.dumps({**EXAMPLE_ORDER, "price": 1.5, "notes": ["a", {"b": None}], "gift": True}),
    json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:::T", "Message": ORDER}),
    *invalid_orders(),
]
# What JSON, timestamps, numbers and text are made of, and what parsers trip over.
PIECES = [
    *'{}[]",:\\ \n\t\0-+.eEZT0123456789',
    *("null", "true", "NaN", "Infinity", "1e400", "0e-999", "9" * 40, "\\ud800", "\\u0000", "é", "😀", "[" * 50),
    *(f'"{name}"' for name in EXAMPLE_ORDER),
    *('"timestampUtc": "x",', '"quantity": 0,', "2025-02-30T12:00:00Z", "T24:00:00", "+99:99", ",5"),
]


def mutated(chance: random.Random) -> str:
    body = chance.choice(WHOLE)
    for _ in range(chance.randint(0, 3)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.choice([0, 0, 1, 2, 8]))
        body = body[:start] + chance.choice([*PIECES, "", body[end : end + 20]]) + body[end:]
    return body


def test_whatever_comes_is_an_order_that_can_be_stored_or_is_refused() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same messages every time
    orders = refused = 0
    for _ in range(MESSAGES):
        body = mutated(chance)
        try:
            order = parse_order(body)
        except InvalidOrder as invalid:
            assert invalid.reason, body
            refused += 1
        else:
            assert TypeSerializer().serialize(order.attributes)["M"], body
            orders += 1
    assert orders + refused == MESSAGES
    assert min(orders, refused) > MESSAGES / 20, "the messages are neither all alike nor all noise"
