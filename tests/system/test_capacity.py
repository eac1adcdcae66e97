"""What `orders capacity` reads of a deployed stack."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from infra.outputs import DeployedOutputs
from ops.capacity.deployed import deployed, deployed_costs
from ops.capacity.inputs import CapacityInputs
from ops.capacity.measured import measured
from ops.clients import Clients
from ops.cost import CostInputs
from ops.system import LOCAL, System
from tests.support.fake_system import OUTPUTS
from tests.support.pipeline import Pipeline

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


def test_the_settings_of_a_deployed_stack_are_those_of_its_file(pipeline: Pipeline) -> None:
    file, costs = CapacityInputs.of_stack(LOCAL), CostInputs.of_stack(LOCAL)
    found = deployed(pipeline.system)
    # The account of the emulator has quotas of its own, and the emulator makes every function for one architecture.
    own = {"account_concurrency", "table_writes", "architecture"}
    assert {key: value for key, value in asdict(found).items() if key not in own} == {
        key: value for key, value in asdict(file).items() if key not in own
    }
    assert found.account_concurrency > 0
    assert found.table_writes > 0
    assert deployed_costs(pipeline.system, file, costs) == costs


def test_the_maximum_of_the_table_is_read_until_somebody_removes_it(pipeline: Pipeline) -> None:
    name, dynamodb = pipeline.outputs["tableName"], pipeline.clients.dynamodb
    for declared, read in ((500, 500), (-1, 0)):
        dynamodb.update_table(TableName=name, OnDemandThroughput={"MaxWriteRequestUnits": declared})
        assert deployed(pipeline.system).maximum_table_writes == read
