"""Storing the latest version of each order in DynamoDB."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import chunked
from handler.concurrency import Threads
from handler.contract import INSTANT
from handler.item import attributes_of, item_of
from handler.order import Order, is_same_content
from handler.outcome import (
    CONFLICT,
    DUPLICATE,
    NO_TIME_LEFT,
    NOT_AN_ORDER,
    STALE,
    STORED,
    UPDATED,
    Outcome,
    invalid,
    transient,
    unexpected,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchStatementRequestTypeDef, BatchStatementResponseTypeDef

MAX_STATEMENTS = 25
"""The maximum number of statements in one request (DynamoDB API Reference, BatchExecuteStatement)."""
MAX_STATEMENT_CHARACTERS = 8192
"""The maximum length of a statement (DynamoDB API Reference, BatchStatementRequest)."""

PERMANENT_ERRORS = frozenset({"SerializationException", "ValidationError", "ValidationException"})
"""The error codes of an item that DynamoDB never accepts, for example because it is larger than 400 KB."""

_INSTANT = re.compile(r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d*[1-9])?", re.ASCII)
"""The format of Order.instant."""


class OrderStore(Protocol):
    """Stores the latest version of each order under its orderId."""

    def put(self, orders: Sequence[Order], deadline: float) -> Sequence[Outcome]:
        """Store orders, each with another id. Returns one outcome for each order, in the same sequence.

        The deadline is a time of `time.monotonic`, in seconds. An order that is not stored by then has a transient
        outcome, although a request that was already sent may still store it.
        """


class DynamoDBStore:
    """Stores orders as items of a DynamoDB table.

    First, it inserts all orders, because most of them are new: one request inserts up to 25 orders. Then it puts each
    order that exists with a request of its own. The put succeeds if the stored version is older. Otherwise DynamoDB
    returns the stored item, and the order is a duplicate, stale or in conflict with it. For the alternatives, see
    docs/decisions/0006-writing-orders.md.

    No exception for one order affects another. If inserting several orders raises an exception that nobody expected,
    `on_bug` is called in its handler, and each of these orders is put with a request of its own.
    """

    def __init__(
        self, table_name: str, client: "DynamoDBClient", on_bug: Callable[[str], None] = lambda _message: None
    ) -> None:
        self._table_name = table_name
        self._client = client
        self._on_bug = on_bug
        self._threads = Threads()

    def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
        outcomes = self._insert_all(orders, deadline)
        existing = [order for order in orders if outcomes.get(order.order_id) is None]
        replaced = self._threads.run([partial(self._put_alone, order) for order in existing], deadline)
        outcomes |= zip((order.order_id for order in existing), replaced, strict=True)
        return [outcomes[order.order_id] or NO_TIME_LEFT for order in orders]

    def _insert_all(self, orders: Sequence[Order], deadline: float) -> dict[str, Outcome | None]:
        """Insert orders. Returns outcomes by order ID.

        An order without an outcome, or with None, must be put by a request of its own.
        """
        statements = [(order, insert_statement(self._table_name, tuple(order.attributes))) for order in orders]
        chunks = chunked([pair for pair in statements if len(pair[1]) <= MAX_STATEMENT_CHARACTERS], MAX_STATEMENTS)
        inserted = self._threads.run([partial(self._insert, chunk) for chunk in chunks], deadline)
        outcomes: dict[str, Outcome | None] = {}
        for chunk, answers in zip(chunks, inserted, strict=True):
            ids = [order.order_id for order, _ in chunk]
            outcomes |= zip(ids, answers or [NO_TIME_LEFT] * len(ids), strict=True)
        return outcomes

    def _insert(self, orders: Sequence[tuple[Order, str]]) -> list[Outcome | None]:
        """Insert orders, each passed with its statement, with one request.

        Returns None for an order that must be put by a request of its own: it exists already, or DynamoDB rejects it
        in this request.
        """
        try:
            statements: list[BatchStatementRequestTypeDef] = [
                {"Statement": statement, "Parameters": list(item_of(order).values())} for order, statement in orders
            ]
            answer = self._client.batch_execute_statement(Statements=statements)
            return [_inserted(response) for response, _ in zip(answer["Responses"], orders, strict=True)]
        except ClientError as error:
            return [None if _code(error) in PERMANENT_ERRORS else transient(error, _code(error))] * len(orders)
        except BotoCoreError as error:
            return [transient(error, type(error).__name__)] * len(orders)
        except Exception:  # noqa: BLE001 - one of the orders may have caused it, which must not affect the others
            self._on_bug("orders could not be inserted together")
            return [None] * len(orders)

    def _put_alone(self, order: Order) -> Outcome:
        try:
            return self._replace_older(order)
        except Exception as bug:  # noqa: BLE001 - it must not affect other orders
            return unexpected(bug)

    def _replace_older(self, order: Order) -> Outcome:
        """Put an order if it is new or later than the stored version. Otherwise compare it with the stored version."""
        try:
            answer = self._client.put_item(
                TableName=self._table_name,
                Item=item_of(order),
                ConditionExpression="attribute_not_exists(#instant) OR #instant < :instant",
                ExpressionAttributeNames={"#instant": INSTANT},
                ExpressionAttributeValues={":instant": {"S": order.instant}},
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            answered: Any = error.response  # botocore's types lack the item
            return outcome_against(order, answered["Item"])
        except ClientError as error:
            is_permanent = _code(error) in PERMANENT_ERRORS
            return invalid(str(error), _code(error)) if is_permanent else transient(error, _code(error))
        except BotoCoreError as error:
            return transient(error, type(error).__name__)
        return UPDATED if answer.get("Attributes") else STORED


@lru_cache(maxsize=16)  # Orders of the same publisher have the same fields.
def insert_statement(table_name: str, names: Sequence[str]) -> str:
    """Return the statement that inserts an order with these attributes. Its parameters are the values of the item."""
    members = ", ".join("'{}': ?".format(name.replace("'", "''")) for name in (*names, INSTANT))
    return f'INSERT INTO "{table_name}" VALUE {{{members}}}'


def _inserted(response: "BatchStatementResponseTypeDef") -> Outcome | None:
    error = response.get("Error")
    if error is None:
        return STORED
    code, message = error.get("Code", "Unknown"), error.get("Message", "")
    if code == "DuplicateItem" or code in PERMANENT_ERRORS:
        return None
    return transient(message, code)


def outcome_against(order: Order, stored: Mapping[str, Any] | None) -> Outcome:
    """Compare an order with the stored item of its id, or with None if the table has no such item.

    Returns the outcome of processing the order. The item has DynamoDB's attribute values, and can be any item that
    somebody has written to the table. As in the condition of the put, an item without an instant is older than any
    order, and instants are compared as text.
    """
    if stored is None:
        return STORED
    if INSTANT not in stored:
        return UPDATED
    instant = stored[INSTANT].get("S")
    if instant is None or (instant > order.instant and not _is_instant(instant)):
        return NOT_AN_ORDER
    if instant != order.instant:
        return STALE if instant > order.instant else UPDATED
    attributes = attributes_of(stored)
    del attributes[INSTANT]
    return DUPLICATE if is_same_content(attributes, order.attributes) else CONFLICT


def _is_instant(text: str) -> bool:
    """Whether a text is an instant as orders have it: in their format, and of a time that exists."""
    shape = _INSTANT.fullmatch(text)
    if shape is None:
        return False
    try:
        # Compared as text, because Python also reads 24:00 as the next day.
        return datetime.fromisoformat(shape["whole"]).isoformat() == shape["whole"]
    except ValueError:
        return False


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))
