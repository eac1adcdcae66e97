"""The function that stores orders, its log group, and its event source mapping."""

from pathlib import Path

import pytest

from handler.contract import ENTRY_POINT, Variable
from infra.package import ZIP_PATH
from infra.project import ROOT
from infra.resource_types import FUNCTION, MAPPING, QUEUE, REDRIVE_POLICY
from tests.support.arns import arn
from tests.support.recorder import Program, recorded


def test_the_function_runs_the_package_as_the_settings_say(dev: Program) -> None:
    function = dev.one(FUNCTION, "OrderProcessor").inputs
    assert function["code"].path == str(ZIP_PATH)
    assert function["handler"] == ENTRY_POINT
    assert function["runtime"] == "python3.11"
    assert function["architectures"] == ["arm64"]
    assert (function["memorySize"], function["timeout"], function["reservedConcurrentExecutions"]) == (512, 5, -1)
    assert function["environment"] == {
        "variables": {
            Variable.TABLE_NAME: "Orders",
            Variable.MAX_RECEIVE_COUNT: "3",
            Variable.RETRY_AT_ONCE_QUEUE_URL: "https://OrderQueue",
            Variable.REQUEST_TIMEOUT_SECONDS: "1.0",
            Variable.CUSTOM_METRICS: "true",
        }
    }


def test_the_path_of_the_package_is_absolute_if_the_program_runs_in_another_folder_than_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert {function.inputs["code"].path for function in recorded("dev").all(FUNCTION)} == {str(ROOT / ZIP_PATH)}
    assert list(tmp_path.iterdir()) == []


def test_every_environment_variable_that_the_handler_reads_is_set(dev: Program) -> None:
    read = {value for name, value in vars(Variable).items() if name.isupper()}
    assert {name for function in dev.all(FUNCTION) for name in function.inputs["environment"]["variables"]} == read


@pytest.mark.parametrize("name", ["OrderProcessor", "OrderNotifier"])
def test_a_function_logs_into_a_group_that_is_there_before_it_and_has_a_retention(dev: Program, name: str) -> None:
    group = dev.one("aws:cloudwatch/logGroup:LogGroup", f"/aws/lambda/{name}")
    assert group.inputs["retentionInDays"] == 30
    function = dev.one(FUNCTION, name)
    assert function.inputs["loggingConfig"] == {"logFormat": "JSON", "logGroup": group.name, "systemLogLevel": "WARN"}
    assert group.urn in function.dependencies


def test_the_mapping_feeds_the_function_and_reports_partial_failures(dev: Program) -> None:
    assert dev.one(MAPPING, "OrderProcessor").inputs == {
        "batchSize": 10,
        "eventSourceArn": arn(QUEUE, "OrderQueue"),
        "functionName": arn(FUNCTION, "OrderProcessor"),
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "maximumBatchingWindowInSeconds": 0,
        "scalingConfig": {"maximumConcurrency": 10},
    }


def test_the_mapping_is_made_when_the_role_may_receive(dev: Program) -> None:
    own = [policy for policy in dev.all("aws:iam/rolePolicy:RolePolicy") if policy.inputs["role"] == "OrderProcessor"]
    permissions = {policy.urn for policy in own}
    assert len(permissions) == 4
    assert permissions <= dev.one(FUNCTION, "OrderProcessor").dependencies
    assert permissions <= dev.one(MAPPING, "OrderProcessor").dependencies


def test_the_mapping_is_made_after_its_queue(dev: Program) -> None:
    assert dev.one(QUEUE, "OrderQueue").urn in dev.one(MAPPING, "OrderProcessor").dependencies


def test_the_mapping_is_made_when_failing_orders_become_dead_letters(dev: Program) -> None:
    assert dev.one(REDRIVE_POLICY).urn in dev.one(MAPPING, "OrderProcessor").dependencies
