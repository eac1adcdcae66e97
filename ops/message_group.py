"""The message group of an order: the tenant by which SQS keeps a queue fair."""

from handler.message_group import group_id
from ops.order_body import order_in
from ops.text import as_text


def message_group(field: str | None, body: str) -> str | None:
    """The message group ID from a field of an order. None without a field, or if the order's field is empty.

    A value that SQS does not take as an ID becomes a hash, so that equal values are still in one group.
    """
    if field is None:
        return None
    order = order_in(body)
    value = order.get(field) if order else None
    if value is None or value == "":
        return None
    return group_id(as_text(value))
