"""The other table: the one with the orders of an earlier time."""

import re

from handler.contract import PARTITION_KEY
from ops.errors import InvalidInput, NothingDone
from ops.system import System

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
"""The names of tables (DynamoDB Developer Guide, naming rules)."""
_KEY = [{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}]
_TYPE = {"AttributeName": PARTITION_KEY, "AttributeType": "S"}


def check_name(table: str) -> None:
    """Raises InvalidInput for a text that is no name of a table."""
    if not _NAME.fullmatch(table):
        raise InvalidInput(
            f"{table} is no name of a table: give 3 to 255 letters, digits, dots, hyphens or underscores"
        )


def check_other(system: System, other: str) -> None:
    """Raises UserError unless there is another table of orders of this name, and it can be read."""
    check_name(other)
    dynamodb, own = system.clients.dynamodb, system.outputs.table_name
    if other == own:
        raise InvalidInput(f"{other} is the table of the stack itself: name the restored one")
    try:
        found = dynamodb.describe_table(TableName=other)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        raise NothingDone(f"there is no table {other} in {system.outputs.region}") from None
    if found["KeySchema"] != _KEY or _TYPE not in found["AttributeDefinitions"]:
        raise InvalidInput(f"{other} is not a table of orders: its key is not {PARTITION_KEY}, a string")
    if (status := found["TableStatus"]) not in {"ACTIVE", "UPDATING"}:
        raise NothingDone(f"the table {other} is {status}: try again when it is ACTIVE")
