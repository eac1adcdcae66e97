"""The order in a message body, read so that it can be shown and corrected even if it is not valid."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from handler.contract import Attribute
from handler.fields import FIELDS
from handler.order import is_envelope
from ops.errors import InvalidInput
from ops.text import MAX_LEVELS, as_json_text, is_shallow

_NOT_FOR_SQS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that SQS rejects in a message (Amazon SQS API Reference, SendMessage)."""

_TEXTS = frozenset(field.name for field in FIELDS if field.is_text)

Member = tuple[str, Any]


class Members(dict[str, Any]):
    """A JSON object in which a name can occur more than once.

    `items`, and therefore `json.dumps`, give every member in its sequence. `[]` gives the last value of a name, as most
    JSON parsers do.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self._members = tuple(members)
        super().__init__(self._members)

    def items(self) -> Sequence[Member]:  # type: ignore[override]  # a view cannot contain a name twice
        return self._members

    def values_of(self, name: str) -> list[Any]:
        """Every value of a name."""
        return [value for one, value in self._members if one == name]

    @property
    def doubled(self) -> set[str]:
        """The names that occur more than once."""
        return {name for name, count in Counter(name for name, _ in self._members).items() if count > 1}

    def with_values(self, values: Mapping[str, Any]) -> "Members":
        """Set some members, each once: at its first place, or at the end if it is new."""
        return Members(_with_values(self._members, values))

    def renamed(self, names: Mapping[str, str]) -> "Members":
        """Rename some members, at their places."""
        return Members((names.get(name, name), value) for name, value in self._members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an edit without an editor changes in an order. Fields are renamed before others are set."""

    names: Mapping[str, str] = field(default_factory=dict)
    """The new name of each field that is renamed."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The fields that are set, and their values as text."""

    def __bool__(self) -> bool:
        return bool(self.names or self.values)

    def corrected(self, body: str) -> str:
        """Return the corrected order. A field that is renamed already stays. One that is set occurs once afterwards.

        Raises InvalidInput if the order is no JSON object, if it has neither name of a field or both, and for a value
        with too many levels.
        """
        order = order_in(body)
        if order is None:
            raise InvalidInput("the body is not a JSON object, so its fields cannot be set: correct it in an editor")
        for old, new in self.names.items():
            if old not in order and new not in order:
                raise InvalidInput(f"there is no field {old} to rename")
            if old in order and new in order:
                raise InvalidInput(f"{old} cannot be renamed: there is a field {new} already")
        values = {name: _value(name, text) for name, text in self.values.items()}
        return _as_body(order.renamed(self.names).with_values(values))


def order_in(body: str) -> Members | None:
    """Read the JSON object that is meant to be the order, from the SNS envelope if there is one. None if not found."""
    document = _object(body)
    if document is not None and _wraps(document):
        return _object(str(document["Message"]))
    return document


def order_ids_in(body: str) -> list[str]:
    """Every order ID in the order. There are several if the field occurs more than once."""
    order = order_in(body)
    found = order.values_of(Attribute.ORDER_ID) if order else ()
    return [order_id for order_id in found if isinstance(order_id, str) and order_id]


def readable(body: str) -> str:
    """Format the order on several lines, with every member. A body without a JSON object stays as it is."""
    order = order_in(body)
    return body if order is None else as_json_text(order, indent=2)


def compact(text: str) -> str:
    """Format a JSON object on one line. Any other text stays as it is."""
    document = _object(text)
    return text if document is None else _as_body(document)


def with_order(body: str, order: str) -> str:
    """Return the body with another order in place of what `readable` shows, in the SNS envelope if there is one."""
    document = _object(body)
    if document is not None and _wraps(document) and order_in(body) is not None:
        return _as_body(document.with_values({"Message": order}))
    return order


def _with_values(members: Iterable[Member], values: Mapping[str, Any]) -> Iterator[Member]:
    remaining = dict(values)
    for name, value in members:
        if name in remaining:
            yield name, remaining.pop(name)
        elif name not in values:
            yield name, value
    yield from remaining.items()


def _wraps(document: Members) -> bool:
    """Whether a document is an SNS envelope whose Message is not ambiguous."""
    return is_envelope(document) and not document.doubled and isinstance(document.get("Message"), str)


def _as_body(document: Members) -> str:
    # A message has a maximum size, and an escape is longer than its character.
    return as_json_text(document, keeps=_is_accepted_by_sqs)


def _is_accepted_by_sqs(text: str) -> bool:
    return _NOT_FOR_SQS.search(text) is None


def _value(name: str, text: str) -> object:
    """Read a value as text if the field is text. Otherwise read it as JSON, if it is JSON."""
    if name in _TEXTS:
        return text
    try:
        value = _loads(text)
    except ValueError:
        return text
    except RecursionError:
        raise _too_deep(name) from None
    if not is_shallow(value):
        raise _too_deep(name)
    return value


def _too_deep(name: str) -> InvalidInput:
    return InvalidInput(f"the value of {name} has more than {MAX_LEVELS} levels: give a value with fewer")


def _object(text: str) -> Members | None:
    try:
        document = _loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Members) and is_shallow(document) else None


def _loads(text: str) -> Any:
    return json.loads(
        text, parse_int=_whole_number, parse_float=_number, parse_constant=_reject, object_pairs_hook=Members
    )


def _whole_number(text: str) -> int | Decimal:
    try:
        return int(text) or Decimal(text)  # An int has no -0.
    except ValueError:  # Python limits the digits of an int.
        return Decimal(text)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the exponent of {text} is too large") from None


def _reject(constant: str) -> NoReturn:
    raise ValueError(constant)
