"""The properties of every resource keep AWS's resource schemas, which cfn-lint contains."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.resource_types import ALLOW_POLICY, REDRIVE_POLICY
from tests.judges import kits
from tests.judges.cloudformation import TYPES, template, with_fault
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.support.arns import REGION
from tests.support.recorder import recorded

pytestmark = pytest.mark.judged(Judge.CFN_LINT, "provider-properties")

LOCKED = Path(__file__).parent / "locked" / "cfn_lint"

STACKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "prod with a key": ("prod", {"customerManagedKey": "true"}),
    "prod without events": ("prod", {"orderEvents": "false"}),
    "prod with a FIFO topic": ("prod", {"orderEventsFifo": "true"}),
    "prod with another runtime": ("prod", {"processorRuntime": "python3.14", "processorArchitecture": "x86_64"}),
    "prod with addresses": ("prod", {"notifyAddresses": "a@example.com", "alertAddresses": "b@example.com"}),
}

FAULTS: tuple[tuple[str, str, object], ...] = (
    ("QueueOrderQueue", "VisibilityTimeout", 43_201),
    ("TopicOrderTopic", "KmsMasterKeyId", "key"),
    ("TableOrders", "BillingMode", "FREE"),
    ("TableOrders", "PointInTimeRecoverySpecification.RecoveryPeriodInDays", 36),
    ("FunctionOrderProcessor", "MemorySize", 64),
    ("FunctionOrderProcessor", "Runtime", "python2"),
    ("FunctionOrderProcessor", "Role", "arn:aws:iam::1:role/OrderProcessor"),
    ("EventSourceMappingOrderProcessor", "ScalingConfig.MaximumConcurrency", 1),
    ("EventSourceMappingOrderNotifier", "StartingPosition", "OLDEST"),
    ("MetricAlarmOrderDLQNotEmpty", "ComparisonOperator", "GreaterThan"),
    ("LogGroupawslambdaOrderProcessor", "RetentionInDays", 91),
    ("LogGroupawslambdaOrderProcessor", "LogGroupName", "order processor"),
    ("QueueOrderQueue", "Visibility", 30),
)
"""Values that AWS does not accept: outside a range, no choice, not in a pattern, or of an unknown property."""


def installed_cfn_lint() -> Path:
    """Install cfn-lint, and AWS SAM beside it. Returns the command of cfn-lint."""
    return kits.installed_environment("cfn-lint", "3.11", LOCKED) / "cfn-lint"


@pytest.fixture(scope="module")
def findings(have: Have, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """Return what gives the findings of a stack, or of a fault by its place in FAULTS."""
    folder = tmp_path_factory.mktemp("templates")
    documents = {name: template(recorded(stack, settings)) for name, (stack, settings) in STACKS.items()}
    documents |= {str(place): with_fault(documents["prod"], *fault) for place, fault in enumerate(FAULTS)}
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


@pytest.mark.parametrize("stack", STACKS)
def test_every_property_is_one_that_aws_accepts(findings: Callable[[str], list[str]], stack: str) -> None:
    assert findings(stack) == []


@pytest.mark.parametrize("place", range(len(FAULTS)), ids=[f"{path}={value}" for _, path, value in FAULTS])
def test_a_value_that_aws_does_not_accept_is_found(findings: Callable[[str], list[str]], place: int) -> None:
    resource, path, _ = FAULTS[place]
    assert [found for found in findings(str(place)) if f"Resources.{resource}.Properties.{path}" in found]


def test_every_resource_is_in_the_template() -> None:
    registered = {
        one.type for stack, settings in STACKS.values() for one in recorded(stack, settings).resources if one.custom
    }
    # The redrive policies are properties of the queues.
    assert registered - {REDRIVE_POLICY, ALLOW_POLICY} == set(TYPES)
