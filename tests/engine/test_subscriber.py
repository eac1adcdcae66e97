"""The program of another team: the lines of docs/events.md on the real engine subscribe a queue to OrderEvents."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import yaml
from pulumi import automation

from handler.notifier.event import Event as Told
from infra.project import ROOT
from ops.clients import Clients
from ops.events.replay import replays
from ops.events.telling import Teller
from tests.engine.conftest import Deploy
from tests.support.deployment import Deployment
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.processes import emulator_on, needs_proc, processes_of
from tests.support.waiting import eventually

PAGE = (ROOT / "docs/events.md").read_text()
PROGRAM, CONSUMER = re.findall(r"(?ms)^```python\n(.*?)^```", PAGE)
"""The lines that subscribe a queue, and those that choose the newest version."""
[EXAMPLE] = (json.loads(shown) for shown in re.findall(r"(?ms)^```json\n(.*?)^```", PAGE))
TIMES = [f"2026-01-01T00:00:{second:02}Z" for second in range(60)]


@dataclass(frozen=True)
class Team:
    """The deployed program of another team, and what its queue got."""

    clients: Clients
    stack: automation.Stack
    queue_url: str
    received: list[dict[str, Any]]

    def events_of(self, order_id: str) -> list[dict[str, Any]]:
        """The events of an order that have arrived so far."""
        sqs, url = self.clients.sqs, self.queue_url
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.received.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in self.received if event["subject"] == order_id]


@pytest.fixture(scope="module")
def orders(deploy: Deploy) -> Iterator[Deployment]:
    with deploy("prod") as opened:
        opened.stack.up()
        yield opened


@pytest.fixture(scope="module")
def team(orders: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Team:
    return deployed_by_team(orders, tmp_path_factory.mktemp("team"), PROGRAM)


def deployed_by_team(orders: Deployment, folder: Path, program: str) -> Team:
    runtime = {"name": "python", "options": {"virtualenv": str(ROOT / ".venv")}}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "billing", "runtime": runtime}))
    (folder / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": {"aws:region": orders.clients.region}}))
    (folder / "__main__.py").write_text(program)
    variables = {
        **orders.stack.workspace.env_vars,
        "AWS_ENDPOINT_URL": orders.clients.emulator_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    options = automation.LocalWorkspaceOptions(env_vars=variables)
    stack = automation.create_stack("prod", work_dir=str(folder), opts=options)
    stack.up()
    return Team(orders.clients, stack, stack.outputs()["queueUrl"].value, [])


@pytest.fixture
def pipeline(orders: Deployment) -> Pipeline:
    return orders.pipeline()


def store(pipeline: Pipeline, order_id: str, **changes: object) -> None:
    """Publish a version of an order, and wait until the table has it: a later one could overtake it."""
    version = json.loads(body(order_id, **changes))
    assert pipeline.publish([json.dumps(version)]) == []

    def is_stored() -> bool:
        stored = pipeline.order(order_id)
        return stored is not None and stored["timestamp"] == version["timestamp"]

    eventually(is_stored, f"the version of {version['timestamp']} in the table")


def test_a_subscriber_gets_the_life_of_an_order_from_the_status_of_its_filter_on(
    pipeline: Pipeline, team: Team
) -> None:
    store(pipeline, "O1234")
    store(pipeline, "O1234", status="paid", timestamp="2025-05-03T14:05:00+02:00")
    store(pipeline, "O1234", status="shipped", timestamp="2025-05-03T12:10:00.5Z")
    store(pipeline, "O1234", status="done", timestamp="2025-05-04T12:00:00Z")
    store(pipeline, "O1235", status="paid")
    eventually(lambda: team.events_of("O1235"), "the event of an order that is paid from the beginning")
    paid, shipped = eventually(lambda: team.events_of("O1234")[1:] and team.events_of("O1234"), "both events of O1234")
    source = f"arn:aws:dynamodb:eu-west-1:000000000000:table/{pipeline.outputs['tableName']}"
    assert paid == {**EXAMPLE, "source": source}
    assert (shipped["id"], shipped["data"]["previousStatus"]) == ("O1234@2025-05-03T12:10:00.5Z", "paid")


def test_the_lines_of_a_consumer_keep_the_newest_version() -> None:
    lines: dict[str, Any] = {}
    exec(CONSUMER, lines)  # noqa: S102 - the lines of the page
    newest: Callable[[str, dict[str, str]], dict[str, Any] | None] = lines["newest"]
    times = ["12:00:00Z", "12:00:00Z", "12:00:00.5Z", "12:00:00.25Z", "12:00:01Z", "12:00:00Z"]
    versions: dict[str, str] = {}
    events = [json.dumps({"subject": "O1", "time": f"2026-01-01T{time}"}) for time in times]
    kept = [event["time"] for event in (newest(event, versions) for event in events) if event]
    assert kept == [f"2026-01-01T{time}" for time in ("12:00:00Z", "12:00:00.5Z", "12:00:01Z")]


@dataclass(frozen=True)
class Killing:
    """Kills the notifier again and again."""

    ended: Event
    killed: list[int]

    def run(self, session: int) -> None:
        while not self.ended.wait(0.02):
            for process in processes_of(session):
                with suppress(OSError):  # It ended meanwhile.
                    if b"AWS_LAMBDA_FUNCTION_NAME=OrderNotifier" in Path(f"/proc/{process}/environ").read_bytes():
                        os.kill(process, signal.SIGKILL)
                        self.killed.append(process)


@needs_proc
def test_a_subscriber_misses_no_version_when_the_notifier_is_killed(pipeline: Pipeline, team: Team) -> None:
    killing = Killing(Event(), [])
    thread = Thread(target=killing.run, args=[emulator_on(team.clients.emulator_url.rpartition(":")[2])])
    thread.start()
    ids = [f"K-{number}" for number in range(3)]
    try:
        for time in TIMES[:20]:
            for order_id in ids:
                store(pipeline, order_id, status="paid", timestamp=time)
    finally:
        killing.ended.set()
        thread.join()
    assert killing.killed

    def all_told() -> bool:
        return all({event["time"] for event in team.events_of(order_id)} == {*TIMES[:20]} for order_id in ids)

    eventually(all_told, "each version of each order")
    for order_id in ids:
        first_told = dict.fromkeys(event["time"] for event in team.events_of(order_id))
        assert [*first_told] == TIMES[:20]
    assert pipeline.waiting("givenUpQueueUrl") == 0


def test_subscribers_subscribe_again_after_the_events_were_off(orders: Deployment, team: Team) -> None:
    arn = orders.pipeline().outputs["eventTopicArn"]
    orders.set("protectOrders", "false")
    orders.stack.up()
    orders.set("orderEvents", "false")
    orders.stack.up()
    assert orders.pipeline().outputs["eventTopicArn"] == ""
    store(orders.pipeline(), "B1", status="paid")
    orders.reset("orderEvents")
    orders.stack.up()
    assert orders.pipeline().outputs["eventTopicArn"] != arn, "unique names"
    team.stack.up(refresh=True)
    system = orders.pipeline().system
    [missed] = replays(system, since=None, order_ids=["B1"])
    assert isinstance(missed, Told)
    assert list(Teller(system.clients.sns, system.outputs.event_topic_arn).tell([missed])) == []
    store(orders.pipeline(), "B1", status="shipped", timestamp=TIMES[0])
    events = eventually(lambda: team.events_of("B1")[1:] and team.events_of("B1"), "both events after events were off")
    assert [event["type"] for event in events] == ["order.replayed", "order.updated"]
    assert events[1]["data"]["previousStatus"] == "paid"


def test_fifo_queues_subscribe_to_a_fifo_topic(deploy: Deploy, tmp_path: Path) -> None:
    fifo = re.sub(r"max_message_size=1_048_576", "fifo_queue=True", PROGRAM)
    with deploy("prod") as opened:
        opened.set("orderEventsFifo", "true")
        opened.stack.up()
        team = deployed_by_team(opened, tmp_path, fifo)
        assert team.queue_url.endswith(".fifo")
        for time in TIMES[:5]:
            store(opened.pipeline(), "F1", status="paid", timestamp=time)
        eventually(lambda: len(team.events_of("F1")) == 5, "the event of each version")
        assert [event["time"] for event in team.events_of("F1")] == TIMES[:5]
