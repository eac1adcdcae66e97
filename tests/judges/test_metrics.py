"""The metrics of a table's errors as the AWS CDK declares them."""

import json
import subprocess
from pathlib import Path

import pytest

from infra.resource_types import ALARM
from tests.judges import kits
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.support.recorder import recorded

ERRORS_BY_OPERATION = """
const { App, Stack, aws_dynamodb } = require("aws-cdk-lib");
const table = aws_dynamodb.Table.fromTableName(new Stack(new App(), "stack"), "table", "Orders");
const { usingMetrics } = table.metricSystemErrorsForOperations().toMetricConfig().mathExpression;
const found = Object.values(usingMetrics).map(({ namespace, metricName, dimensions, statistic }) =>
  [namespace, metricName, dimensions, statistic]);
console.log(JSON.stringify(found));
"""


def installed_cdk() -> Path:
    """Install the AWS CDK. Returns the folder that contains `node_modules`. It needs Node."""
    return kits.installed_modules("cdk", Path(__file__).parent / "locked" / "cdk")


@pytest.mark.judged(Judge.CDK, "system-errors")
def test_each_alarm_on_errors_of_the_table_has_a_metric_that_the_cdk_declares(have: Have) -> None:
    ran = subprocess.run(
        ["node", "-e", ERRORS_BY_OPERATION], cwd=have(installed_cdk), capture_output=True, text=True, check=True
    )
    reported = json.loads(ran.stdout)
    for name in ("OrderTableInsertErrors", "OrderTablePutErrors"):
        alarm = recorded("dev").one(ALARM, name).inputs
        metric = [alarm[key] for key in ("namespace", "metricName", "dimensions", "statistic")]
        assert metric in reported
