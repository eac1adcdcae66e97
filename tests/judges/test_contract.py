"""The contract's documents under judges that are not written in Python: AsyncAPI's parser, and Ajv."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from infra.project import ROOT
from tests.judges.conftest import Have
from tests.judges.contract import installed_contract_judges, judge
from tests.support.order_texts import border_texts, order_texts

WARNING = 1
"""The severity of a diagnostic. That of an error is 0, and hints have a greater number."""

DOCS = ROOT / "docs"
ORDER = json.loads((DOCS / "order.schema.json").read_text())
EVENT = json.loads((DOCS / "event.schema.json").read_text())


def texts() -> list[str]:
    """The same orders at each call, valid and invalid ones."""
    made = list(border_texts())

    @settings(max_examples=500, derandomize=True, database=None, deadline=None)
    @given(order_texts)
    def collect(text: str) -> None:
        made.append(text)

    collect()
    return made


@pytest.fixture(scope="module")
def judged(have: Have) -> dict[str, Any]:
    asked = {"asyncapi": (DOCS / "asyncapi.json").read_text(), "order": ORDER, "event": EVENT, "texts": texts()}
    return {**asked, **judge(have(installed_contract_judges), asked)}


def test_asyncapis_parser_accepts_the_document(judged: dict[str, Any]) -> None:
    assert [one for one in judged["diagnostics"] if one["severity"] <= WARNING] == []
    assert judged["operations"] == ["receive OrderTopic", "send OrderEvents"]


def test_ajv_accepts_the_examples(judged: dict[str, Any]) -> None:
    assert judged["examples"] == [True] * (len(ORDER["examples"]) + len(EVENT["examples"]))


def test_ajv_accepts_the_orders_that_the_validator_of_the_tests_accepts(judged: dict[str, Any]) -> None:
    validator = Draft202012Validator(ORDER)
    expected = [validator.is_valid(json.loads(text)) for text in judged["texts"]]
    different = [
        text for text, one, other in zip(judged["texts"], expected, judged["accepted"], strict=True) if one != other
    ]
    assert different == []
    assert min(expected.count(True), expected.count(False)) > 100
