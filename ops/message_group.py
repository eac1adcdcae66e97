"""The message group of an order: the tenant by which SQS keeps a queue fair."""

import hashlib
import re

from ops.order_body import order_in
from ops.text import as_text

MAX_CHARACTERS = 128
"""The longest message group ID (SQS API Reference, SendMessage)."""
# Letters, digits and this punctuation (SQS API Reference, SendMessage): every visible ASCII character.
_VALID = re.compile(rf"[!-~]{{1,{MAX_CHARACTERS}}}", re.ASCII)


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
    text = as_text(value)
    if _VALID.fullmatch(text):
        return text
    return "sha256:" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
