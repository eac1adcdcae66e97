"""Reads orders from a text: one JSON object, an array of objects, or objects one after another, as in JSON lines."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from handler.order import InvalidOrder, parse_order

MAX_PUBLISH_BYTES = 262_144
"""The largest message that the topic accepts (SNS API Reference, Publish)."""
_GAP = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class LocatedFlaw:
    """A problem of an order, with its position. Lines and columns count from 1."""

    line: int
    column: int
    reason: str


def read_orders(text: str) -> tuple[list[str], list[LocatedFlaw]]:
    """Return the text of each valid order, and all flaws. The processor's code decides whether an order is valid."""
    bodies: list[str] = []
    flaws: list[LocatedFlaw] = []
    for found in _documents(text):
        if isinstance(found, LocatedFlaw):
            flaws.append(found)
            continue
        start, end = found
        body = text[start:end]
        try:
            parse_order(body)
        except InvalidOrder as invalid:
            offsets = _offsets(body)
            flaws += [_flaw_at(text, start + offsets.get(flaw.field, 0), flaw.reason) for flaw in invalid.flaws]
            continue
        if len(body.encode()) > MAX_PUBLISH_BYTES:
            flaws.append(_flaw_at(text, start, f"is larger than the SNS limit ({MAX_PUBLISH_BYTES:,} bytes)"))
            continue
        bodies.append(body)
    return bodies, flaws


def _documents(text: str) -> Iterator[tuple[int, int] | LocatedFlaw]:
    """Yield the start and end of each JSON document. After an error in its first line, continue with the next line."""
    position = _after_gap(text, 0)
    if text[position : position + 1] == "[":
        yield from _elements(text, position + 1)
        return
    while position < len(text):
        found = _document(text, position)
        yield found
        if not isinstance(found, LocatedFlaw):
            position = _after_gap(text, found[1])
        elif found.line == _flaw_at(text, position, "").line:
            position = _after_gap(text, _next_line(text, position))
        else:
            return


def _elements(text: str, position: int) -> Iterator[tuple[int, int] | LocatedFlaw]:
    """Yield the start and end of each element of the array. Stop at the first element that is not JSON."""
    position = _after_gap(text, position)
    closed = text[position : position + 1] == "]"
    while not closed:
        found = _document(text, position)
        yield found
        if isinstance(found, LocatedFlaw):
            return
        position = _after_gap(text, found[1])
        separator = text[position : position + 1]
        if separator not in {",", "]"}:
            yield _flaw_at(text, position, f"not JSON: {'a comma is missing' if separator else 'the array has no end'}")
            return
        closed = separator == "]"
        position = position if closed else _after_gap(text, position + 1)
    rest = _after_gap(text, position + 1)
    if rest < len(text):
        yield _flaw_at(text, rest, "not JSON: something follows the array")


def _document(text: str, position: int) -> tuple[int, int] | LocatedFlaw:
    try:
        return position, _DECODER.raw_decode(text, position)[1]
    except json.JSONDecodeError as error:
        return LocatedFlaw(error.lineno, error.colno, f"not JSON: {error.msg}")
    except RecursionError:
        return _flaw_at(text, position, "not JSON: nested too deep")
    except ValueError:  # Python limits the number of digits of an integer.
        return _flaw_at(text, position, "not JSON: a number is too long")


def _after_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _next_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _offsets(body: str) -> dict[str | None, int]:
    """Return the start of each field's value in an object. If a field occurs more than once, its last value counts."""
    offsets: dict[str | None, int] = {}
    position = 0
    while body[position : position + 1] in {"{", ","}:
        start = _after_gap(body, position + 1)
        if body[start : start + 1] == "}":  # The object is empty.
            break
        name, end = _DECODER.raw_decode(body, start)
        value = _after_gap(body, _after_gap(body, end) + 1)
        offsets[name] = value
        position = _after_gap(body, _DECODER.raw_decode(body, value)[1])
    return offsets


def _flaw_at(text: str, position: int, reason: str) -> LocatedFlaw:
    return LocatedFlaw(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position), reason)
