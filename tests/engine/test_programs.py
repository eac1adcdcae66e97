"""A program in another folder, with two systems in two Regions: the lines of docs/programs.md on the real engine."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi import automation

from infra.package import ZIP_PATH
from infra.project import ROOT
from local.emulator import emulator
from ops.clients import local_clients
from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import LANGUAGE_HOST, RESOURCES
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

PAGE = (ROOT / "docs/programs.md").read_text()
FILES = ("Pulumi.yaml", "__main__.py")
"""The files whose content the page shows, in its order."""
REGIONS = {"Order": "eu-west-1", "Refund": "eu-central-1"}
CONFIG = {
    "aws:region": REGIONS["Order"],
    "customerManagedKey": "true",
    "refund:customerManagedKey": "true",
    "refund:maxReceiveCount": "5",
}


def write_program(folder: Path) -> None:
    folder.mkdir()
    for name, content in zip(FILES, re.findall(r"(?ms)^```(?:yaml|python)\n(.*?)^```", PAGE), strict=True):
        (folder / name).write_text(content.replace("../orders/.venv", str(ROOT / ".venv")))
    (folder / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": CONFIG}))


@dataclass(frozen=True)
class Shop:
    """The deployed program, on an emulator."""

    folder: Path
    stack: automation.Stack
    emulator_url: str

    def stack_in(self, folder: Path) -> automation.Stack:
        """Return the same stack as somebody with a clone in another folder has it."""
        options = automation.LocalWorkspaceOptions(env_vars=self.stack.workspace.env_vars)
        return automation.select_stack("dev", work_dir=str(folder), opts=options)

    def pipelines(self) -> dict[str, Pipeline]:
        outputs = {name: output.value for name, output in self.stack.outputs().items()}
        systems = {"Order": outputs, "Refund": outputs["refunds"]}
        return {name: Pipeline(local_clients(self.emulator_url, REGIONS[name]), of) for name, of in systems.items()}

    def review(self) -> dict[str, Any]:
        command = [str(ROOT / ".venv/bin/python"), "-m", "ops.cli", "review", "--stack", "dev", "--no-live", "--json"]
        environment = {**os.environ, **self.stack.workspace.env_vars, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def resources(self) -> list[dict[str, Any]]:
        state = self.stack.export_stack().deployment
        assert state is not None, "the program is deployed"
        found: list[dict[str, Any]] = state["resources"]
        return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    write_program(folder / "shop")
    (folder / "state").mkdir()
    with emulator("engine-shop") as clients:
        variables = {
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "only for this test",
            "AWS_ENDPOINT_URL": clients.emulator_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        options = automation.LocalWorkspaceOptions(env_vars={**os.environ, **variables})
        stack = automation.create_stack("dev", work_dir=str(folder / "shop"), opts=options)
        stack.up()
        yield Shop(folder / "shop", stack, clients.emulator_url)


def test_the_program_creates_two_systems_and_a_second_update_changes_nothing(shop: Shop) -> None:
    # The stack and the provider are there once. Each system has a key, with its component.
    everything = 2 * (RESOURCES - 1 + 2) + 2
    assert shop.stack.up().summary.resource_changes == {"same": everything}


@pytest.mark.parametrize("name", REGIONS)
def test_an_order_goes_through_each_system(shop: Shop, name: str) -> None:
    pipeline = shop.pipelines()[name]
    assert pipeline.publish([json.dumps(EXAMPLE_ORDER)]) == []
    eventually(lambda: pipeline.order("O1234"), f"the order in the table of {name}")


@pytest.mark.parametrize(("name", "other"), [("Order", "Refund"), ("Refund", "Order")])
def test_whatever_names_a_region_names_that_of_the_system(shop: Shop, name: str, other: str) -> None:
    region, foreign = REGIONS[name], REGIONS[other]
    inputs = {
        f"{one['type']} {one['urn'].rpartition('::')[2]}": json.dumps(one["inputs"])
        for one in shop.resources()
        if re.search(rf"::(/aws/lambda/)?{name}[A-Z]?", one["urn"].rpartition("$")[2]) and one["custom"]
    }
    assert len(inputs) > RESOURCES - 15
    naming = {resource for resource, text in inputs.items() if region in text}
    assert {resource for resource, text in inputs.items() if foreign in text} == set()
    assert {
        f"aws:cloudwatch/dashboard:Dashboard {name}Flow",
        f"aws:iam/rolePolicy:RolePolicy {name}ProcessorMayReceive",
        f"aws:kms/key:Key {name}Key",
        f"aws:sns/topicPolicy:TopicPolicy {name}Alerts",
        f"aws:sqs/queuePolicy:QueuePolicy {name}Queue",
    } <= naming
    for service in ("logs", "sqs", "dynamodb"):
        assert f"{service}.{region}.amazonaws.com" in inputs[f"aws:kms/key:Key {name}Key"]


def test_each_system_has_its_own_settings_and_names(shop: Shop) -> None:
    queues = {
        one["urn"].rpartition("::")[2]: one["inputs"]
        for one in shop.resources()
        if one["type"] == "aws:sqs/redrivePolicy:RedrivePolicy"
    }
    assert json.loads(queues["OrderQueue"]["redrivePolicy"])["maxReceiveCount"] == 3
    assert json.loads(queues["RefundQueue"]["redrivePolicy"])["maxReceiveCount"] == 5
    tables = {pipeline.outputs["tableName"].partition("-")[0] for pipeline in shop.pipelines().values()}
    assert tables == {"Orders", "Refunds"}


def test_a_preview_in_another_clone_shows_no_change(shop: Shop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(shop.folder, elsewhere, ignore=shutil.ignore_patterns("build", "__pycache__"))
    assert set(shop.stack_in(elsewhere).preview().change_summary) == {automation.OpType.SAME}
    paths = [one["inputs"]["code"]["path"] for one in shop.resources() if one["type"] == "aws:lambda/function:Function"]
    # A language host of 2023 does not tell the program where its project is. Then the path is absolute.
    folder = ROOT if os.environ.get(LANGUAGE_HOST) == "real" else Path()
    assert paths == [str(folder / ZIP_PATH)] * 4


def test_a_review_names_the_setting_of_the_system_that_changes_and_its_line(shop: Shop) -> None:
    file = shop.folder / "Pulumi.dev.yaml"
    before = file.read_text()
    set_, added = "  refund:maxReceiveCount: '6'\n", "  maxReceiveCount: '6'\n"
    file.write_text(before.replace("  refund:maxReceiveCount: '5'\n", set_ + added))
    try:
        [ours, refunds] = shop.review()["settings"]
        lines = file.read_text().splitlines()
    finally:
        file.write_text(before)
    for found, key in ((ours, "maxReceiveCount"), (refunds, "refund:maxReceiveCount")):
        assert (found["key"], found["after"]) == (key, "6")
        assert lines[int(found["where"].removeprefix("Pulumi.dev.yaml line ")) - 1] == f"  {key}: '6'"


def test_a_setting_of_a_system_that_breaks_a_rule_is_named_with_its_namespace(shop: Shop) -> None:
    shop.stack.set_config("refund:batchSize", automation.ConfigValue("20"))
    try:
        with pytest.raises(automation.CommandError) as raised:
            shop.stack.preview()
    finally:
        shop.stack.remove_config("refund:batchSize")
    assert "refund:batchingWindowSeconds is 0, but must be at least 1:" in str(raised.value)
    assert "pulumi config --stack dev set refund:batchingWindowSeconds 1" in str(raised.value)
