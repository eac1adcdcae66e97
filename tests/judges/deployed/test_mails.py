"""The mails that LocalStack's SNS hands to its SES, which keeps them instead of sending them."""

import json
from collections.abc import Iterator
from urllib.request import urlopen
from uuid import uuid4

import pytest

from tests.judges.deployed.system import deployed_on
from tests.judges.deployed.test_events import store, told_through
from tests.judges.judge import Judge
from tests.support.pipeline import Pipeline
from tests.support.subscriber import Subscriber
from tests.support.waiting import eventually

ALARM = "OrderDLQNotEmpty"


@pytest.fixture(scope="module")
def mailing(localstack: str, worker_id: str) -> Iterator[Pipeline]:
    addresses = {"alertAddresses": f"ops-{worker_id}@example.com", "notifyAddresses": f"shop-{worker_id}@example.com"}
    with deployed_on(localstack, f"test-mails-{worker_id}", **addresses, notifyStatuses="paid,shipped") as pipeline:
        yield told_through(pipeline)


def mails(localstack: str, address: str) -> list[str]:
    """The texts of the mails to an address."""
    with urlopen(f"{localstack}/_aws/ses") as answer:  # noqa: S310 - the judge of this test
        sent = json.load(answer)["messages"]
    return [mail["Body"]["text_part"] for mail in sent if mail["Destination"]["ToAddresses"] == [address]]


@pytest.mark.judged(Judge.LOCALSTACK, "alert-mails")
def test_an_alarm_and_its_end_are_mailed_to_the_alert_address(
    mailing: Pipeline, localstack: str, worker_id: str
) -> None:
    def states() -> set[str]:
        texts = mails(localstack, f"ops-{worker_id}@example.com")
        alarms = [json.loads(text) for text in texts if text.startswith("{")]
        return {alarm["NewStateValue"] for alarm in alarms if alarm["AlarmName"] == ALARM}

    for state in ("ALARM", "OK"):
        mailing.clients.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="a test")
    assert eventually(lambda: {"ALARM", "OK"} <= states(), "both mails")


@pytest.mark.judged(Judge.LOCALSTACK, "event-mails", "event-mails-statuses")
def test_only_the_events_of_chosen_statuses_are_mailed(mailing: Pipeline, localstack: str, worker_id: str) -> None:
    everything, order_id = Subscriber(mailing), f"T-{uuid4()}"

    def statuses() -> list[str]:
        texts = mails(localstack, f"shop-{worker_id}@example.com")
        events = [json.loads(text) for text in texts if order_id in text]
        return sorted(event["data"]["order"]["status"] for event in events)

    for second, status in enumerate(("new", "paid", "packed", "shipped")):
        store(mailing, order_id, status=status, timestamp=f"2026-01-01T00:00:0{second}Z")
    everything.wait_for(order_id, 4)
    eventually(lambda: len(statuses()) >= 2, "two mails")
    assert statuses() == ["paid", "shipped"]
