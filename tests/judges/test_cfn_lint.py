"""The properties of every resource keep AWS's resource schemas, which cfn-lint contains."""

import json
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.judges import kits
from tests.judges.cloudformation import changed, template, template_of
from tests.judges.cloudformation_types import PARTS, TYPES
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.support.arns import REGION
from tests.support.github_access import recorded_access
from tests.support.recorder import Program, recorded

pytestmark = pytest.mark.judged(Judge.CFN_LINT, "provider-properties")

LOCKED = Path(__file__).parent / "locked" / "cfn_lint"

STACKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "local": ("local", {}),
    "prod with a key": ("prod", {"customerManagedKey": "true"}),
    "prod with tracing": ("prod", {"activeTracing": "true"}),
    "prod without events": ("prod", {"orderEvents": "false"}),
    "prod with a FIFO topic": ("prod", {"orderEventsFifo": "true"}),
    "prod with another runtime": ("prod", {"processorRuntime": "python3.14", "processorArchitecture": "x86_64"}),
    "prod with pollers": (
        "prod",
        {"maximumConcurrency": "0", "minimumPollers": "2", "maximumPollers": "10000", "reservedConcurrency": "-1"},
    ),
    "prod with a maximum of the table": ("prod", {"maximumTableWrites": "5000"}),
    "prod with addresses": ("prod", {"notifyAddresses": "a@example.com", "alertAddresses": "b@example.com"}),
}
PROGRAMS: Mapping[str, Callable[[], Program]] = {
    **{name: partial(recorded, stack, settings) for name, (stack, settings) in STACKS.items()},
    "workflows": recorded_access,
}

UNKNOWN, REQUIRED, TYPE, CHOICE, PATTERN, LENGTH, RANGE, FORMAT = (
    *("E3002", "E3003", "E3012", "E3030"),
    *("E3031", "E3033", "E3034", "E3017"),
)
"""The checks of cfn-lint that compare values with AWS's resource schemas."""
FAULTS: tuple[tuple[str, str, str, object], ...] = (
    (RANGE, "QueueOrderQueue", "VisibilityTimeout", 43_201),
    (RANGE, "TableOrders", "PointInTimeRecoverySpecification.RecoveryPeriodInDays", 36),
    (RANGE, "FunctionOrderProcessor", "MemorySize", 64),
    (RANGE, "EventSourceMappingOrderProcessor", "ScalingConfig.MaximumConcurrency", 1),
    (CHOICE, "TableOrders", "BillingMode", "FREE"),
    (CHOICE, "FunctionOrderProcessor", "Runtime", "python2"),
    (CHOICE, "Bucketordersstate", "VersioningConfiguration.Status", "On"),
    (CHOICE, "MetricAlarmOrderDLQNotEmpty", "ComparisonOperator", "GreaterThan"),
    (CHOICE, "LogGroupawslambdaOrderProcessor", "RetentionInDays", 91),
    (PATTERN, "FunctionOrderProcessor", "Role", "arn:aws:iam::1:role/OrderProcessor"),
    (PATTERN, "EventSourceMappingOrderNotifier", "StartingPosition", "OLDEST"),
    (PATTERN, "LogGroupawslambdaOrderProcessor", "LogGroupName", "order processor"),
    (LENGTH, "LogGroupawslambdaOrderProcessor", "LogGroupName", "x" * 513),
    (LENGTH, "FunctionOrderProcessor", "Handler", "x" * 129),
    (LENGTH, "ResourcePolicyOrderTracing", "PolicyName", "x" * 129),
    (CHOICE, "FunctionOrderProcessor", "TracingConfig.Mode", "On"),
    (LENGTH, "OpenIdConnectProvidergithub", "Url", ""),
    (REQUIRED, "FunctionOrderProcessor", "Role", None),
    (REQUIRED, "TopicPolicyOrderTopic", "PolicyDocument", None),
    (TYPE, "QueueOrderQueue", "VisibilityTimeout", "soon"),
    (TYPE, "MetricAlarmOrderDLQNotEmpty", "ActionsEnabled", ["yes"]),
    (UNKNOWN, "QueueOrderQueue", "Visibility", 30),
    (UNKNOWN, "TableOrders", "PointInTimeRecoverySpecification.Days", 30),
    (FORMAT, "TopicOrderTopic", "KmsMasterKeyId", "key"),
)
"""Values that AWS does not accept, and the rule of cfn-lint that finds them. None removes the property."""


def installed_cfn_lint() -> Path:
    """Install cfn-lint, and AWS SAM beside it. Returns the command of cfn-lint."""
    return kits.installed_environment("cfn-lint", "3.11", LOCKED) / "cfn-lint"


@pytest.fixture(scope="module")
def programs() -> Mapping[str, Program]:
    return {name: record() for name, record in PROGRAMS.items()}


@pytest.fixture(scope="module")
def findings(
    have: Have, programs: Mapping[str, Program], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[str]]:
    """Return what gives the findings of a program, or those of the faults."""
    folder = tmp_path_factory.mktemp("templates")
    documents = {name: template(program) for name, program in programs.items()}
    resources = documents["prod with tracing"]["Resources"] | documents["workflows"]["Resources"]
    documents["faults"] = template_of(
        {f"Fault{place}": changed(resources[one], path, value) for place, (_, one, path, value) in enumerate(FAULTS)}
    )
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    cfn_lint = have(installed_cfn_lint)
    options = ("--format", "json", "--regions", REGION, "--template")
    judged = subprocess.run([cfn_lint, *options, *folder.iterdir()], stdout=subprocess.PIPE, check=False)
    assert judged.returncode < 16, "cfn-lint failed"
    found = [(Path(one["Filename"]).stem, _described(one)) for one in json.loads(judged.stdout)]
    return lambda name: [described for file, described in found if file == name]


def _described(finding: Mapping[str, Any]) -> str:
    place = ".".join(map(str, finding["Location"]["Path"]))
    return f"{finding['Rule']['Id']} {place}: {finding['Message']}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_property_is_one_that_aws_accepts(findings: Callable[[str], list[str]], program: str) -> None:
    assert findings(program) == []


@pytest.mark.parametrize("place", range(len(FAULTS)), ids=[f"{path}={str(value)[:30]}" for *_, path, value in FAULTS])
def test_a_value_that_aws_does_not_accept_is_found(findings: Callable[[str], list[str]], place: int) -> None:
    rule, _, path, _ = FAULTS[place]
    where = f"Resources.Fault{place}.Properties"
    # A missing property is found in what should contain it.
    expected = f"{rule} {where}" if rule == REQUIRED else f"{rule} {where}.{path}"
    assert [found.partition(": ")[0] for found in findings("faults")].count(expected) == 1


def test_every_resource_is_in_the_template(programs: Mapping[str, Program]) -> None:
    registered = {one.type for program in programs.values() for one in program.resources if one.custom}
    assert registered - PARTS == set(TYPES)
