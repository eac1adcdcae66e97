"""Where orders are kept: each under its orderId, at its latest version."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import chunked
from handler.contract import INSTANT
from handler.item import attributes_of, item_of
from handler.order import Order, is_same_content
from handler.outcome import CONFLICT, DUPLICATE, NO_TIME_LEFT, STALE, STORED, UPDATED, Outcome, invalid, transient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchStatementRequestTypeDef, BatchStatementResponseTypeDef

T = TypeVar("T")

MAX_STATEMENTS = 25
"""The most statements of one request (DynamoDB API Reference, BatchExecuteStatement)."""
MAX_STATEMENT_CHARACTERS = 8192
"""The longest statement (DynamoDB API Reference, BatchStatementRequest)."""
CONNECTIONS = 10
"""How many requests go out at once, at most; botocore keeps as many connections."""

REFUSALS = frozenset({"SerializationException", "ValidationError", "ValidationException"})
"""DynamoDB's ways to say that it will never take this item, for example because it is larger than 400 KB."""


class OrderStore(Protocol):
    """Keeps each order under its orderId, at its latest version."""

    def put(self, orders: Sequence[Order], deadline: float) -> Sequence[Outcome]:
        """Store orders, no two of them with the same id, and say of each what became of it.

        What is not done at the deadline, on the clock of `time.monotonic`, is transient; it may still come about.
        """


class DynamoDBStore:
    """Orders as items of a DynamoDB table.

    New orders are inserted, up to 25 with one request. Those whose id is there already are then put one by one, at
    once, on the condition that what is there is older: DynamoDB tells what it holds where it is not.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table_name = table_name
        self._client = client
        self._threads = ThreadPoolExecutor(CONNECTIONS)

    def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
        outcomes: dict[str, Outcome | None] = {order.order_id: None for order in orders}
        statements = [(order, insert_statement(self._table_name, tuple(order.attributes))) for order in orders]
        chunks = chunked([pair for pair in statements if len(pair[1]) <= MAX_STATEMENT_CHARACTERS], MAX_STATEMENTS)
        inserted = self._at_once([partial(self._insert, chunk) for chunk in chunks], deadline)
        for chunk, answers in zip(chunks, inserted, strict=True):
            ids = [order.order_id for order, _ in chunk]
            outcomes |= zip(ids, answers or [NO_TIME_LEFT] * len(ids), strict=True)
        remaining = [order for order in orders if outcomes[order.order_id] is None]
        replaced = self._at_once([partial(self._replace_older, order) for order in remaining], deadline)
        outcomes |= zip((order.order_id for order in remaining), replaced, strict=True)
        return [outcomes[order.order_id] or NO_TIME_LEFT for order in orders]

    def _at_once(self, calls: Sequence[Callable[[], T]], deadline: float) -> list[T | None]:
        """What each call returns, or None where it has not by the deadline."""
        futures = [self._threads.submit(call) for call in calls]
        done, late = wait(futures, timeout=max(0.0, deadline - time.monotonic()))
        for future in late:
            future.cancel()
        return [future.result() if future in done else None for future in futures]

    def _insert(self, orders: Sequence[tuple[Order, str]]) -> list[Outcome | None]:
        """Insert orders, each given with its statement, with one request. None is for those that have to be put by
        themselves: they are there already, or DynamoDB does not take them along with the others.
        """
        statements: list[BatchStatementRequestTypeDef] = [
            {"Statement": statement, "Parameters": list(item_of(order).values())} for order, statement in orders
        ]
        try:
            answer = self._client.batch_execute_statement(Statements=statements)
        except ClientError as error:
            return [None if _code(error) in REFUSALS else transient(error, _code(error))] * len(orders)
        except BotoCoreError as error:
            return [transient(error, type(error).__name__)] * len(orders)
        return [_inserted(response) for response in answer["Responses"]]

    def _replace_older(self, order: Order) -> Outcome:
        """Put an order unless what is there is as new; then say what the order is to it."""
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
            answered: Any = error.response  # botocore's types do not know of the item
            return outcome_beside(order, answered["Item"])
        except ClientError as error:
            refused = _code(error) in REFUSALS
            return invalid(str(error), _code(error)) if refused else transient(error, _code(error))
        except BotoCoreError as error:
            return transient(error, type(error).__name__)
        return UPDATED if answer.get("Attributes") else STORED


@lru_cache(maxsize=16)  # The orders of one publisher have the same fields.
def insert_statement(table_name: str, names: Sequence[str]) -> str:
    """The statement that inserts an order with these attributes; its parameters are the values of the order's item."""
    members = ", ".join("'{}': ?".format(name.replace("'", "''")) for name in (*names, INSTANT))
    return f'INSERT INTO "{table_name}" VALUE {{{members}}}'


def _inserted(response: "BatchStatementResponseTypeDef") -> Outcome | None:
    error = response.get("Error")
    if error is None:
        return STORED
    code, message = error.get("Code", "Unknown"), error.get("Message", "")
    if code == "DuplicateItem" or code in REFUSALS:
        return None
    return transient(message, code)


def outcome_beside(order: Order, there: Mapping[str, Any] | None) -> Outcome:
    """What becomes of an order beside the item, as DynamoDB writes it, that the table holds under its id."""
    if there is None:
        return STORED
    attributes = attributes_of(there)
    instant = attributes.pop(INSTANT)
    if instant != order.instant:
        return STALE if instant > order.instant else UPDATED
    return DUPLICATE if is_same_content(attributes, order.attributes) else CONFLICT


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
