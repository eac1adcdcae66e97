"""Files of orders: the accepted formats, and the exact place of each flaw."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.orders_file import MAX_PUBLISH_BYTES, LocatedFlaw, read_orders
from ops.samples import EXAMPLE_ORDER
from tests.support.orders import body

BODIES = [body(f"O{number}") for number in range(3)]


def members(*, without: set[str]) -> str:
    """The members of the example as JSON text, without some."""
    return json.dumps({name: value for name, value in EXAMPLE_ORDER.items() if name not in without})[1:-1]


FORMS = {
    "one object": (BODIES[0], 1),
    "JSON lines": ("\n".join(BODIES) + "\n", 3),
    "JSON lines with blank ones": (f"\n{BODIES[0]}\n\n{BODIES[1]}", 2),
    "an array": (f"[{', '.join(BODIES)}]", 3),
    "a pretty array": (json.dumps([json.loads(text) for text in BODIES], indent=2), 3),
    "a pretty object": (json.dumps(json.loads(BODIES[0]), indent=2), 1),
    "an empty array": ("[]", 0),
    "nothing": (" \n", 0),
}


@pytest.mark.parametrize(("text", "count"), FORMS.values(), ids=FORMS)
def test_orders_are_read_in_every_form(text: str, count: int) -> None:
    bodies, flaws = read_orders(text)
    assert flaws == []
    assert [json.loads(found) for found in bodies] == [json.loads(known) for known in BODIES[:count]]


@given(st.lists(st.integers(0, 9), max_size=5), st.sampled_from(["\n", " ", "\n\n"]))
def test_each_order_is_passed_on_as_it_is_written(numbers: list[int], gap: str) -> None:
    written = [body(f"O{number}", note="ü  ") for number in numbers]
    assert read_orders(gap.join(written)) == (written, [])


def test_a_field_that_is_wrong_is_pointed_at() -> None:
    bad = f'{{\n  {members(without={"quantity", "timestamp"})},\n  "quantity": 0TIME}}'
    bodies, flaws = read_orders(f"{BODIES[0]}\n{bad.replace('TIME', '')}")
    assert bodies == [BODIES[0]]
    assert flaws == [LocatedFlaw(2, 1, "timestamp is missing"), LocatedFlaw(4, 15, "quantity must be at least 1")]
    dated = bad.replace("TIME", ', "timestamp": "2025-05-03T12:00:00Z"')
    _, flaws = read_orders(f"{BODIES[0]}\n{dated}")
    assert flaws == [LocatedFlaw(4, 15, "quantity must be at least 1")]


def test_each_flaw_of_an_order_is_pointed_at() -> None:
    text = (
        f'{BODIES[0]}\n{{"note": {{"quantity": 1}}, "say": "\\"quantity\\": ", "quantity": 2,\n'
        f' "quantit\\u0079" : 0, "orderId":\n7, {members(without={"orderId", "quantity", "timestamp"})}}}'
    )
    bodies, flaws = read_orders(text)
    assert bodies == [BODIES[0]]
    assert flaws == [
        LocatedFlaw(2, 1, "the field 'quantity' occurs more than once"),
        LocatedFlaw(4, 1, "orderId must be a string, not a whole number"),
        LocatedFlaw(2, 1, "timestamp is missing"),
        LocatedFlaw(3, 20, "quantity must be at least 1"),
    ]


def test_an_empty_object_has_the_flaws_of_its_missing_fields() -> None:
    assert read_orders("[{ }]")[1][:1] == [LocatedFlaw(1, 2, "orderId is missing")]


def test_after_a_line_that_is_not_json_the_next_is_read() -> None:
    bodies, flaws = read_orders(f'{BODIES[0]}\n{{"orderId": }}\n{BODIES[1]}\n')
    assert bodies == BODIES[:2]
    [flaw] = flaws
    assert (flaw.line, flaw.column) == (2, 13)
    assert flaw.reason.startswith("not JSON: ")


ARRAYS = {
    "without an end": (f"[{BODIES[0]}", LocatedFlaw(1, len(BODIES[0]) + 2, "not JSON: the array has no end")),
    "without a comma": (f"[{BODIES[0]}\n{BODIES[1]}]", LocatedFlaw(2, 1, "not JSON: a comma is missing")),
    "with something behind": (
        f"[{BODIES[0]}]\n {BODIES[1]}",
        LocatedFlaw(2, 2, "not JSON: something follows the array"),
    ),
    "with a comma at its end": (f"[{BODIES[0]},]", LocatedFlaw(1, len(BODIES[0]) + 3, "not JSON: Expecting value")),
}


@pytest.mark.parametrize(("text", "flaw"), ARRAYS.values(), ids=ARRAYS)
def test_an_array_that_is_not_quite_one_is_a_flaw(text: str, flaw: LocatedFlaw) -> None:
    assert read_orders(text)[1] == [flaw]


def test_what_is_no_object_is_a_flaw() -> None:
    assert [flaw.reason for flaw in read_orders("1\n[]\n")[1]] == [
        "not a JSON object but a whole number",
        "not a JSON object but an array",
    ]


def test_an_object_that_breaks_off_later_is_one_flaw_and_not_one_a_line() -> None:
    [flaw] = read_orders('{\n "orderId": "O1"\n "userId": "U1",\n "status": "new"\n}\n')[1]
    assert (flaw.line, flaw.column) == (3, 2)


def test_a_number_that_python_does_not_read_is_a_flaw() -> None:
    assert read_orders(f'{{"quantity": {"1" * 5000}}}')[1] == [LocatedFlaw(1, 1, "not JSON: a number is too long")]


def test_an_order_that_sns_would_not_take_is_a_flaw() -> None:
    [flaw] = read_orders(body("O1", notes="x" * MAX_PUBLISH_BYTES))[1]
    assert flaw.reason == "is larger than the SNS limit (262,144 bytes)"


@given(st.text(alphabet='{}[]",: \n01aO'))
def test_nothing_is_passed_over(text: str) -> None:
    bodies, flaws = read_orders(text)
    empty = not text.strip() or (text.strip().startswith("[") and not "".join(text.split()).removeprefix("[]"))
    assert bool(bodies or flaws) is not empty
