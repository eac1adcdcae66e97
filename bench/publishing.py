"""`orders publish` in comparison with publishing one order after another."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import boto3

from bench.stub import stub
from bench.turns import median_seconds
from bench.warm import ENVIRONMENT
from ops.publish import publish_orders
from ops.samples import valid_orders

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

ORDERS = 200
LATENCY_MILLISECONDS = 5
ROUNDS = 7
TOPIC = "arn:aws:sns:eu-west-1:000000000000:OrderTopic"
OURS, ONE_BY_ONE = "orders publish", "one after another"


def measure(on_progress: Callable[[str], None]) -> Mapping[str, float]:
    """Measure both methods in turns. Returns the median seconds for all orders, by method."""
    bodies = list(valid_orders(ORDERS))
    with stub() as service:
        service.latency.value = LATENCY_MILLISECONDS / 1000
        sns = _client(service.url)
        methods: Mapping[str, Callable[[], object]] = {
            OURS: partial(publish_orders, sns, TOPIC, bodies),
            ONE_BY_ONE: partial(_publish_one_by_one, sns, bodies),
        }
        seconds = median_seconds(methods, ROUNDS)
    on_progress(", ".join(f"{name} {one * 1000:.0f} ms" for name, one in seconds.items()))
    return seconds


def _client(url: str) -> "SNSClient":
    return boto3.client(
        "sns",
        endpoint_url=url,
        region_name=ENVIRONMENT["AWS_DEFAULT_REGION"],
        aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
    )


def _publish_one_by_one(sns: "SNSClient", bodies: Sequence[str]) -> None:
    for body in bodies:
        sns.publish(TopicArn=TOPIC, Message=body)
