"""`orders publish` beside publishing one order after another."""

import statistics
import time
from collections.abc import Callable, Mapping

import boto3

from bench.stub import stub
from bench.warm import ENVIRONMENT
from local.samples import valid_orders
from ops.publish import publish

ORDERS = 200
LATENCY_MILLISECONDS = 5
ROUNDS = 7
TOPIC = "arn:aws:sns:eu-west-1:000000000000:OrderTopic"
OURS, ONE_BY_ONE = "orders publish", "one after another"


def measure(told: Callable[[str], None]) -> Mapping[str, float]:
    """Seconds, the medians, that each way takes for all orders."""
    bodies = list(valid_orders(ORDERS))
    with stub() as service:
        service.latency.value = LATENCY_MILLISECONDS / 1000
        sns = boto3.client(
            "sns",
            endpoint_url=service.url,
            region_name=ENVIRONMENT["AWS_DEFAULT_REGION"],
            aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        )

        def one_by_one() -> None:
            for body in bodies:
                sns.publish(TopicArn=TOPIC, Message=body)

        ways = {OURS: lambda: publish(sns, TOPIC, bodies), ONE_BY_ONE: one_by_one}
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                started = time.perf_counter()
                way()
                taken[name].append(time.perf_counter() - started)
    seconds = {name: statistics.median(times) for name, times in taken.items()}
    told(", ".join(f"{name} {one * 1000:.0f} ms" for name, one in seconds.items()))
    return seconds
