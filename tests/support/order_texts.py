"""JSON texts that are orders, nearly orders, or orders at the border of a rule, as a strategy of Hypothesis."""

import json

from hypothesis import strategies as st

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES
from handler.fields import FIELDS, Field, Rule
from ops.contract.order import order_schema
from ops.samples import EXAMPLE_ORDER

Member = tuple[str, str]
"""A name, and a value as JSON text."""

# The blanks of Python or of ECMA-262, and characters that only look like one.
_BLANKS = "".join(chr(code) for code in range(0x10000) if chr(code).isspace()) + "\ufeff\u180e\u200b\u2060\x00\x1b\x84"
_TEXTS = st.text(st.sampled_from(_BLANKS), max_size=2) | st.text(max_size=3) | st.sampled_from([*"ab😀", "x\udfff"])

_BYTES = MAX_PARTITION_KEY_BYTES
_LONG_TEXTS = st.sampled_from(
    [
        *("x" * _BYTES, "x" * (_BYTES + 1), "é" * (_BYTES // 2), "é" * (_BYTES // 2) + "x", "😀" * (_BYTES // 4)),
        *("😀" * (_BYTES // 4) + "x", " " * _BYTES, "\ud800" * 700),
    ]
)

_NUMBERS = st.integers(-2, 3).map(str) | st.sampled_from(
    [
        *("-0", "1.0", "1e0", "10E-1", "0.0", "1.5", "0.99999999999999999999", "1e2", "-1.0", "1" + "0" * 38),
        *("9" * 38, "9" * 39, "1" + "0" * 125, "1" + "0" * 126, "1e125", "1e126", "9.9e125", "-1e126", "1e999"),
        *("1e-130", "1e-131", "1.1e-130", "0e-200", "0e400", "1.5" + "0" * 60, "1." + "1" * 37, "1." + "1" * 38),
    ]
)

_PATTERN = order_schema()["properties"]["timestamp"]["pattern"]
_TIMES = (
    st.from_regex(_PATTERN, fullmatch=True)
    | st.datetimes().map(lambda time: time.isoformat() + "Z")
    | st.sampled_from(
        [
            *("2025-05-03T12:00:00Z", "20250503T120000,5+0200", "2025-05-03T1200Z", "20250503T12:00-05"),
            *("2025-05-03T12:00:00Z\n", "2025-05-03T12:00:00Z ", "\n2025-05-03T12:00:00Z", "٢025-05-03T12:00:00Z"),
            *("2024-02-29T00:00Z", "2025-02-29T00:00Z", "2025-04-31T00:00Z", "2025-00-01T00:00Z", "2025-13-01T00:00Z"),
            *("0000-01-01T00:00Z", "0001-01-01T00:00+00:01", "0001-01-01T00:00-00:01", "9999-12-31T23:59-00:01"),
            *("2025-05-03T24:00Z", "2025-05-03T23:60Z", "2025-05-03T23:59:60Z", "2025-05-03T12:00:00.Z"),
            *("2025-05-03T12:00.5Z", "2025-05-03T12:00:0000Z", "2025-0503T12:00Z", "2025-05-03T12:00z", "2025-05-03"),
            *("2025-05-03T12:00", "2025-05-03T12:00+24", "2025-05-03T12:00+05:60", "2025-05-03T12:00+0559"),
        ]
    )
)

_OTHERS = st.sampled_from(["null", "true", "false", "[]", "{}", '""', '"1"', "1", '[{"": 1}]', '{"a": 1, "a": 2}'])


def _of_rule(rule: Rule) -> st.SearchStrategy[str]:
    match rule:
        case Rule.WHOLE_NUMBER:
            return _NUMBERS
        case Rule.TIMESTAMP:
            return _TIMES.map(json.dumps)
        case Rule.IDENTIFIER:
            return (_TEXTS | _LONG_TEXTS).map(json.dumps)
        case Rule.TEXT:
            return _TEXTS.map(json.dumps)


def _members_of(field: Field) -> st.SearchStrategy[list[Member]]:
    """A field at a border of its rule, of another type, missing or twice."""
    value = _of_rule(field.rule) | _of_rule(field.rule) | _OTHERS
    member = value.map(lambda text: (field.name, text))
    once = member.map(lambda one: [one])
    return st.one_of(once, once, once, once, st.just([]), st.lists(member, min_size=2, max_size=2))


def _nested(levels: int, opening: str) -> str:
    inner, closing = ('"a": ', "}") if opening == "{" else ("", "]")
    return (opening + inner) * (levels - 1) + opening + closing * levels


_DEEP = st.builds(_nested, st.integers(30, 33), st.sampled_from("{["))
_EXTRAS = st.one_of(
    st.tuples(_TEXTS, _NUMBERS | _OTHERS | _DEEP | _TEXTS.map(json.dumps)),
    st.tuples(
        st.just(INSTANT),
        _OTHERS | st.sampled_from(['"2025-05-03T12:00:00"', '"2025-05-03T12:00:00.5"', '"2025-05-03T12:00:00Z"']),
    ),
    st.tuples(st.just("Type"), st.sampled_from(['"Notification"', '"Other"', "1"])),
    st.tuples(st.just("TopicArn"), st.sampled_from(['"arn"', "null"])),
    st.tuples(st.just("Message"), st.just(json.dumps(json.dumps(EXAMPLE_ORDER)))),
)


_EXAMPLE = {name: [(name, json.dumps(value))] for name, value in EXAMPLE_ORDER.items()}


def _text(changed: dict[str, list[Member]], extras: list[Member]) -> str:
    members = [*(one for field in ({**_EXAMPLE, **changed}).values() for one in field), *extras]
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in members) + "}"


_CHANGED = st.lists(
    st.sampled_from(FIELDS).flatmap(lambda field: st.tuples(st.just(field.name), _members_of(field))), max_size=2
)
order_texts = st.builds(_text, _CHANGED.map(dict), st.lists(_EXTRAS, max_size=2)) | st.sampled_from(
    ["null", "[]", "1", '"x"', "{}"]
)
"""Most have one or two fields that differ from the example, so that each border decides about some of them."""
