"""JSON texts of orders at the borders of the contract's rules: each border once, and any mixture as a strategy."""

import json
from collections.abc import Iterator, Mapping, Sequence

from hypothesis import strategies as st

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES
from handler.fields import FIELDS, Field, Rule
from ops.contract.order import order_schema
from ops.samples import EXAMPLE_ORDER

Member = tuple[str, str]
"""A name, and a value as JSON text."""

# The blanks of Python or of ECMA-262, and characters that only look like one.
_BLANKS = [*filter(str.isspace, map(chr, range(0x10000))), *"\ufeff\u180e\u200b\u2060\x00\x1b\x84"]
_TEXTS = [*_BLANKS, "", " \t", "a", " a ", "\n\n", "😀", "\ud800", "x\udfff"]

_BYTES = MAX_PARTITION_KEY_BYTES
_LONG_TEXTS = [
    *("x" * _BYTES, "x" * (_BYTES + 1), "é" * (_BYTES // 2), "é" * (_BYTES // 2) + "x", "😀" * (_BYTES // 4)),
    *("😀" * (_BYTES // 4) + "x", " " * _BYTES, "\ud800" * 700),
]

_NUMBERS = [
    *("0", "1", "2", "-1", "-0", "1.0", "1e0", "10E-1", "0.0", "1.5", "0.99999999999999999999", "1e2", "-1.0"),
    *("9" * 38, "9" * 39, "1" + "0" * 38, "1" + "0" * 125, "1" + "0" * 126, "1e125", "1e126", "9.9e125", "-1e126"),
    *("1e-130", "1e-131", "1.1e-130", "0e-200", "0e400", "1e999", "1.5" + "0" * 60, "1." + "1" * 37, "1." + "1" * 38),
]

_TIMES = [
    *("2025-05-03T12:00:00Z", "20250503T120000,5+0200", "2025-05-03T1200Z", "20250503T12:00-05", "2025-05-03T12:00.5Z"),
    *("2025-05-03T12:00:00Z\n", "2025-05-03T12:00:00Z ", "\n2025-05-03T12:00:00Z", "٢025-05-03T12:00:00Z"),
    *("2024-02-29T00:00Z", "2025-02-29T00:00Z", "2025-04-31T00:00Z", "2025-00-01T00:00Z", "2025-13-01T00:00Z"),
    *("2025-01-00T00:00Z", "2025-01-31T00:00Z", "2025-01-32T00:00Z", "20251301T0000Z", "20250132T0000Z"),
    *("0000-01-01T00:00Z", "0001-01-01T00:00+00:01", "0001-01-01T00:00-00:01", "9999-12-31T23:59-00:01"),
    *("9999-12-31T23:59:59.9Z", "2025-05-03T24:00Z", "2025-05-03T23:60Z", "2025-05-03T23:59:60Z", "2025-05-03"),
    *("2025-05-03T12:00:00.Z", "2025-05-03T12:00:00,5Z", "2025-05-03T12:00:00.50Z", "2025-05-03T12:00:0000Z"),
    *("2025-0503T12:00Z", "202505-03T12:00Z", "2025-05-03T12:00z", "2025-05-03t12:00Z", "2025-05-03 12:00Z"),
    *("2025-05-03T12:00", "2025-05-03T12:00+24", "2025-05-03T12:00+23:59", "2025-05-03T12:00+05:60", "x"),
    *("2025-05-03T12:00+0559", "2025-05-03T12:00-0560", "2025-05-03T12:00+5", "2025-05-03T12:00-00:00", " "),
]

_OTHER_TYPES = [
    "null",
    "true",
    "false",
    "[]",
    "{}",
    '""',
    '"1"',
    "1",
    '[{"": 1}]',
    '{"a": {"": 1}}',
    '{"a": 1, "a": 2}',
]

_BORDERS: Mapping[Rule, Sequence[str]] = {
    Rule.TEXT: [*map(json.dumps, _TEXTS)],
    Rule.IDENTIFIER: [*map(json.dumps, (*_TEXTS, *_LONG_TEXTS))],
    Rule.WHOLE_NUMBER: _NUMBERS,
    Rule.TIMESTAMP: [*map(json.dumps, _TIMES)],
}


def _nested(levels: int, opening: str) -> str:
    inner, closing = ('"a": ', "}") if opening == "{" else ("", "]")
    return (opening + inner) * (levels - 1) + opening + closing * levels


_DEEP = [_nested(levels, opening) for levels in range(30, 34) for opening in "{["]
_INSTANTS = ['"2025-05-03T12:00:00"', '"2025-05-03T12:00:00.5"', '"2025-05-03T12:00:00Z"']
_EXTRAS: Sequence[Member] = [
    *((name, "1") for name in _TEXTS),
    *(("extra", value) for value in (*_NUMBERS, *_OTHER_TYPES, *_DEEP, *map(json.dumps, _TEXTS))),
    *((INSTANT, value) for value in (*_INSTANTS, *_OTHER_TYPES)),
    *(("Type", value) for value in ('"Notification"', '"Other"', "1")),
    *(("TopicArn", value) for value in ('"arn"', "null")),
    ("Message", json.dumps(json.dumps(EXAMPLE_ORDER))),
]

_NOT_OBJECTS = ["null", "[]", "1", '"x"']
_EXAMPLE = {name: [(name, json.dumps(value))] for name, value in EXAMPLE_ORDER.items()}


def _text(changed: Mapping[str, list[Member]], extras: Sequence[Member]) -> str:
    members = [*(one for field in ({**_EXAMPLE, **changed}).values() for one in field), *extras]
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in members) + "}"


def border_texts() -> Iterator[str]:
    """Orders that differ from the example in one field, or in one that is added."""
    yield from _NOT_OBJECTS
    for field in FIELDS:
        yield _text({field.name: []}, [])
        for value in (*_BORDERS[field.rule], *_OTHER_TYPES):
            yield _text({field.name: [(field.name, value)]}, [])
    for extra in _EXTRAS:
        yield _text({}, [extra])
    yield _text({}, [("Type", '"Notification"'), ("TopicArn", '"arn"')])


_MORE: Mapping[Rule, st.SearchStrategy[str]] = {
    Rule.TEXT: st.text(max_size=3).map(json.dumps),
    Rule.IDENTIFIER: st.text(max_size=3).map(json.dumps),
    Rule.WHOLE_NUMBER: st.integers(-3, 10**40).map(str),
    Rule.TIMESTAMP: st.from_regex(order_schema()["properties"]["timestamp"]["pattern"], fullmatch=True).map(json.dumps),
}


def _members_of(field: Field) -> st.SearchStrategy[list[Member]]:
    """A field with a value at a border or of another type, or missing, or twice."""
    borders = st.sampled_from(_BORDERS[field.rule])
    value = borders | _MORE[field.rule] | st.sampled_from(_OTHER_TYPES)
    member = value.map(lambda text: (field.name, text))
    once = member.map(lambda one: [one])
    return st.one_of(once, once, once, once, st.just([]), st.lists(member, min_size=2, max_size=2))


_CHANGED = st.lists(
    st.sampled_from(FIELDS).flatmap(lambda field: st.tuples(st.just(field.name), _members_of(field))), max_size=2
)
order_texts = st.builds(_text, _CHANGED.map(dict), st.lists(st.sampled_from(_EXTRAS), max_size=2))
"""Most have one or two fields that differ from the example, so that each border decides about some of them."""
