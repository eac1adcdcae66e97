"""`orders adopt` with the real engine: resources made by hand get into the stack with the orders in them."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

from ops.cli.exit_codes import Exit
from ops.clients import LOCAL_KEY
from tests.engine.conftest import RESOURCES
from tests.support.deployment import Deployment
from tests.support.handmade import Handmade, make_by_hand
from tests.support.orders import body
from tests.support.waiting import eventually

LONGEST_CAUSE = 300
"""The characters of a cause that a person still reads."""


@dataclass(frozen=True)
class Shell:
    """Runs commands in the project's folder, as its user does."""

    opened: Deployment

    def run(self, *command: str, code: int = Exit.DONE) -> str:
        environment = {
            **os.environ,
            **self.opened.stack.workspace.env_vars,
            "AWS_ENDPOINT_URL": self.opened.clients.emulator_url,
            "AWS_ACCESS_KEY_ID": LOCAL_KEY,
            "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
        }
        ran = subprocess.run(
            command, cwd=self.opened.root, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout

    def orders(self, *words: str, code: int = Exit.DONE) -> str:
        python = str(self.opened.root / ".venv/bin/python")
        return self.run(python, "-c", "from ops.cli.main import main; main()", *words, "--stack", "dev", code=code)

    def adopt(self, *words: str, code: int = Exit.DONE) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.orders("adopt", "--json", *words, code=code))
        return found


@pytest.fixture
def shell(fresh: Deployment) -> Shell:
    return Shell(fresh)


@pytest.fixture
def handmade(fresh: Deployment) -> Handmade:
    return make_by_hand(fresh.clients)


def items(made: Handmade) -> Iterator[dict[str, Any]]:
    yield from made.clients.dynamodb.scan(TableName="Orders")["Items"]


def stored(made: Handmade) -> dict[str, bool]:
    """Each order in the table, and whether the old function stored it."""
    return {item["orderId"]["S"]: "madeBy" in item for item in items(made)}


def whats(found: dict[str, Any], verdict: str) -> list[str]:
    return [finding["what"] for finding in found["findings"] if finding["verdict"] == verdict]


def verdicts(found: dict[str, Any]) -> dict[str, set[str]]:
    """The verdicts about each resource."""
    told: dict[str, set[str]] = {}
    for finding in found["findings"]:
        told.setdefault(finding["resource"], set()).add(finding["verdict"])
    return told


def test_every_resource_and_every_order_survives_the_adoption(
    shell: Shell, handmade: Handmade, fresh: Deployment
) -> None:
    handmade.publish(body("stored"))
    eventually(lambda: stored(handmade), "the order in the table")
    assert "replaces the code of OrderProcessor while its event source mapping is enabled" in whats(
        shell.adopt(), "loses"
    )

    handmade.turn_trigger(on=False)
    handmade.publish(body("waiting"))
    dead = body("dead", quantity=0)
    handmade.clients.sqs.send_message(QueueUrl=handmade.dead_letters_url, MessageBody=dead)
    before = handmade.ids()

    found = shell.adopt()
    assert (found["verdict"], found["present"], len(found["adopted"])) == ("interrupts", [], 11)
    assert whats(found, "loses") == []
    contents = {(one["resource"], one["type"].rpartition(":")[2]): one["content"] for one in found["adopted"]}
    assert contents["OrderQueue", "Queue"] == "1 visible message and 0 in flight"

    shell.run(*found["next"][0].split(), "--yes")
    assert shell.adopt()["adopted"] == []
    review = json.loads(shell.orders("review", "--json"))
    assert verdicts(review) == verdicts(found), "the prediction is what a review says after the import"
    assert max(len(one["cause"]) for one in review["findings"]) < LONGEST_CAUSE
    assert set(fresh.changes()) == {"create", "update"}
    fresh.stack.up()

    assert handmade.ids() == before
    eventually(lambda: stored(handmade) == {"stored": True, "waiting": False}, "the waiting order in the table")
    assert [json.loads(line)["orderId"] for line in shell.orders("dlq", "list", "--json").splitlines()] == ["dead"]
    assert fresh.stack.up().summary.resource_changes == {"same": RESOURCES}


def test_a_queue_that_replaces_an_adopted_one_gets_its_policies_only_after_it_exists(
    shell: Shell, handmade: Handmade, fresh: Deployment
) -> None:
    # SQS refuses a redrive policy to a dead-letter queue that does not allow the queue yet.
    shell.run(*shell.adopt()["next"][0].split(), "--yes")
    path = fresh.root / "infra/queue.py"
    old, new = (
        "            name,\n            visibility",
        '            name,\n            name="Other",\n            visibility',
    )
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    steps = json.loads(fresh.preview())["steps"]
    [queue] = [one for one in steps if one["op"] == "replace" and one["urn"].endswith("Queue::OrderQueue")]
    assert queue["oldState"]["id"] == handmade.queue_url
    assert {"policy", "redrivePolicy"} <= queue["oldState"]["inputs"].keys()
    assert not {"policy", "redrivePolicy"} & queue["newState"]["inputs"].keys()


def test_an_import_that_stopped_half_way_is_finished(shell: Shell, handmade: Handmade, fresh: Deployment) -> None:
    # The state of the trial has another key than the stack, whose secrets it must know all the same.
    fresh.stack.set_config("alertAddresses", automation.ConfigValue("ops@example.com", secret=True))
    handmade.turn_trigger(on=False)
    file = fresh.root / "adopt.json"
    shell.adopt()
    whole = json.loads(file.read_text())
    part = [entry for entry in whole["resources"] if "mapping" not in entry["type"].lower()]
    file.write_text(json.dumps({"resources": part}))
    shell.run("pulumi", "import", "--file", str(file), "--stack", "dev", "--generate-code=false", "--yes")

    found = shell.adopt()
    assert [one["type"] for one in found["adopted"]] == ["aws:lambda/eventSourceMapping:EventSourceMapping"]
    assert len(found["present"]) == len(whole["resources"]) - len([one for one in part if "component" in one]) - 1
    shell.run(*found["next"][0].split(), "--yes")
    assert shell.adopt()["adopted"] == []


def test_what_would_be_replaced_is_refused_and_no_file_is_written(
    shell: Shell, fresh: Deployment, tmp_path: Path
) -> None:
    clients = fresh.clients
    keys = [("orderId", "HASH"), ("timestamp", "RANGE")]
    clients.dynamodb.create_table(
        TableName="Orders",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    clients.sqs.create_queue(QueueName="shop-orders")
    names = tmp_path / "names.yaml"
    names.write_text("Queue OrderQueue: shop-orders\n")
    found = shell.adopt("--from", str(names), code=Exit.INCOMPLETE)
    assert (found["verdict"], found["file"], found["next"]) == ("refused", None, [])
    refused = {one["resource"]: one for one in found["findings"] if one["verdict"] == "refused"}
    assert refused["Orders"]["what"] == "Orders (table) cannot be adopted: rangeKey cannot change"
    assert refused["OrderQueue"]["instead"].endswith('name="shop-orders".')
    assert not (fresh.root / "adopt.json").exists()
