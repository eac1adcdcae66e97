"""The contract's documents under judges that are not written in Python: AsyncAPI's parser, and Ajv."""

import json
import os
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from infra.project import ROOT
from tests.support.order_texts import border_texts, order_texts

JUDGES = "ORDERS_CONTRACT_JUDGES"
"""The variable with the folder in which npm has installed the judges."""
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
def judged() -> dict[str, Any]:
    folder = os.environ.get(JUDGES)
    if folder is None:
        pytest.skip("needs AsyncAPI's parser and Ajv, which `make test-contract` installs with npm")
    asked = {"asyncapi": (DOCS / "asyncapi.json").read_text(), "order": ORDER, "event": EVENT, "texts": texts()}
    judge = ["node", str(ROOT / "tests/contract_judges/judge.cjs"), folder]
    ran = subprocess.run(judge, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return {**asked, **json.loads(ran.stdout)}


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
