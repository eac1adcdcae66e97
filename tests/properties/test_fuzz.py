"""100,000 mutated orders: each is a valid order or is rejected, and none raises another exception."""

import json
import random

from boto3.dynamodb.types import TypeSerializer

from handler.order import InvalidOrder, parse_order
from ops.samples import EXAMPLE_ORDER, invalid_orders

MESSAGES = 100_000
SEED = 20250503

ORDER = json.dumps(EXAMPLE_ORDER)
WHOLE = [
    ORDER,
    json.dumps({**EXAMPLE_ORDER, "price": 1.5, "notes": ["a", {"b": None}], "gift": True}),
    json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:::T", "Message": ORDER}),
    *invalid_orders(),
]
# Parts of JSON, timestamps, numbers and text, and input that parsers often handle wrongly.
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


def test_any_message_is_a_storable_order_or_is_rejected() -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same messages every time
    orders = rejected = 0
    for _ in range(MESSAGES):
        body = mutated(chance)
        try:
            order = parse_order(body)
        except InvalidOrder as invalid:
            assert invalid.reason, body
            rejected += 1
        else:
            assert TypeSerializer().serialize(order.attributes)["M"], body
            orders += 1
    assert orders + rejected == MESSAGES
    assert min(orders, rejected) > MESSAGES / 20, "the messages are a mix of valid and invalid orders"
