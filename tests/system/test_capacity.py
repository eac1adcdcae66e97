"""The orders that a stack had, from CloudWatch's own interface on the emulator."""

from datetime import UTC, datetime, timedelta

from infra.outputs import DeployedOutputs
from ops.capacity.measured import measured
from ops.clients import Clients
from ops.system import System
from tests.support.fake_system import OUTPUTS

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


def test_the_published_orders_of_a_stack_are_a_profile(clients: Clients) -> None:
    for minute, orders in enumerate((600, 0, 1200)):
        clients.cloudwatch.put_metric_data(
            Namespace="AWS/SNS",
            MetricData=[
                {
                    "MetricName": "NumberOfMessagesPublished",
                    "Dimensions": [{"Name": "TopicName", "Value": "OrderTopic"}],
                    "Timestamp": NOON + timedelta(minutes=minute),
                    "Value": orders,
                }
            ],
        )
    profile = measured(System(DeployedOutputs("prod", OUTPUTS), clients), 240, NOON + timedelta(minutes=3, seconds=30))
    assert profile.rates == [0.0] * 60 + [10.0] * 60 + [0.0] * 60 + [20.0] * 60
