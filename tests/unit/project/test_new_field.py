"""A new field takes one line: in a copy of the project with that line, everything else follows."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.project import ROOT

REQUIRED = '    Field("salesChannel", Rule.TEXT, "Where the order was made.", "web"),\n'
NOT_COPIED = (".git", ".venv", ".local", ".hypothesis", "*_cache", "__pycache__", "build", "*.egg-info")
OPTIONAL = REQUIRED.replace("),", ", is_required=False),")
LAST = "    Field(Attribute.TIMESTAMP,"

REASONS = """
import json
from handler.order import InvalidOrder, parse_order
from ops.samples import EXAMPLE_ORDER

def reason(order):
    try:
        parse_order(json.dumps(order))
    except InvalidOrder as invalid:
        return invalid.reason

without = {name: value for name, value in EXAMPLE_ORDER.items() if name != "salesChannel"}
orders = (without, *({**without, "salesChannel": value} for value in ("web", " ", None)))
reasons = [reason(order) for order in orders]
"""

# What the field reaches, as one program in the copy. The bench's handler needs the variables of a function.
REACHED = """
import os
os.environ |= {"AWS_DEFAULT_REGION": "eu-west-1", "ORDERS_TABLE": "Orders"}
from bench.handlers import powertools
from ops.cli.list import COLUMNS
from ops.cli.options import complete_field
from ops.contract.asyncapi import asyncapi
from ops.contract.event import event_schema
from ops.contract.order import order_schema
from ops.order_body import Correction
from ops.samples import sample_orders, valid_orders

print(json.dumps({
    "samples": [json.loads(order)["salesChannel"] for order in (*valid_orders(1), *sample_orders(1))],
    "schema": "salesChannel" in order_schema()["required"],
    "event": "salesChannel" in event_schema()["$defs"]["storedOrder"]["properties"],
    "asyncapi": "salesChannel" in asyncapi()["components"]["schemas"]["order"]["required"],
    "column": COLUMNS["salesChannel"],
    "completed": complete_field("sales"),
    "edited": json.loads(Correction(values={"salesChannel": "5"}).corrected(json.dumps(without)))["salesChannel"],
    "bench": "salesChannel" in powertools.Order.model_fields,
}))
"""


def copy(to: Path, line: str) -> Path:
    """Copy the project with a new line in the table of fields, and return the root of the copy."""
    root = to / "project"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*NOT_COPIED))
    fields = root / "handler/fields.py"
    before, last, after = fields.read_text().partition(LAST)
    fields.write_text(f"{before}{line}{last}{after}")
    return root


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a required field, and with what `make docs` writes."""
    root = copy(tmp_path_factory.mktemp("changed"), REQUIRED)
    run(root, "-m", "tests.support.generated_docs")
    return root


def run(root: Path, *arguments: str) -> str:
    """Run Python in the copy, whose modules come before those of the installed project. Returns its output."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    ("line", "missing"), [(REQUIRED, "salesChannel is missing"), (OPTIONAL, None)], ids=["required", "optional"]
)
def test_the_parser_checks_the_field(tmp_path: Path, line: str, missing: str | None) -> None:
    reasons = run(copy(tmp_path, line), "-c", f"{REASONS}\nprint(json.dumps(reasons))")
    assert json.loads(reasons) == [missing, None, "salesChannel is empty", "salesChannel must be a string, not null"]


def test_samples_contract_command_and_bench_have_the_field(changed: Path) -> None:
    assert json.loads(run(changed, "-c", REASONS + REACHED)) == {
        "samples": ["web", "web"],
        "schema": True,
        "event": True,
        "asyncapi": True,
        "column": 12,
        "completed": ["salesChannel"],
        "edited": "5",
        "bench": True,
    }


FORMS = [
    ("README.md", r'"salesChannel": "web",\n "timestamp": '),
    ("README.md", r"(?m)^  orderId    .*    salesChannel    timestamp {15}timestampUtc\n  O1234 .*    web {13}2025"),
    ("README.md", r"(?m)^orderId {11}userId .*  salesChannel  timestamp\nS.*  web           2026"),
    ("docs/aws.md", r'"salesChannel": "web", "timestamp": '),
    ("docs/dead-letters.md", r'\n    "salesChannel": "web",\n    "timestamp": '),
    ("docs/local.md", """ "salesChannel": "web",'\n    ' "timestamp": """),
    ("docs/running.md", r"\nsalesChannel    web\ntimestamp       2025"),
]


@pytest.mark.parametrize(("page", "form"), FORMS)
def test_the_field_is_shown_in_the_form_of_the_page(changed: Path, page: str, form: str) -> None:
    assert re.search(form, (changed / page).read_text())
    assert not re.search(form, (ROOT / page).read_text())


def test_the_tests_of_the_docs_the_parser_and_the_contract_pass(changed: Path) -> None:
    files = ("unit/project/test_docs.py", "unit/handler/test_order.py", "properties/test_contract.py")
    run(changed, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{file}" for file in files))
    assert (changed / "docs/order.schema.json").read_text() != (ROOT / "docs/order.schema.json").read_text()
