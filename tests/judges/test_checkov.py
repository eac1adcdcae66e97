"""checkov finds in every stack what the rules of this project find, if both have a rule of the same ID."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.environment import inherited
from tests.judges import kits
from tests.judges.cloudformation import logical_id, template, with_fault
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.support.recorder import Program, recorded
from tests.support.security_rules import RULES

pytestmark = pytest.mark.judged(Judge.CHECKOV, "security-rules")

LOCKED = Path(__file__).parent / "locked" / "checkov"

STACKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "with a key": ("prod", {"customerManagedKey": "true"}),
}
"""The stacks of docs/security.md, except the emulator's."""


ON_ALL_QUEUES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:AddPermission", "Resource": "*"}],
}
FAULTS: Mapping[str, tuple[str, str, object]] = {
    "CKV_AWS_7": ("KeyOrderKey", "EnableKeyRotation", False),
    "CKV_AWS_26": ("TopicOrderTopic", "KmsMasterKeyId", ""),
    "CKV_AWS_27": ("QueueOrderQueue", "KmsMasterKeyId", ""),
    "CKV_AWS_45": ("FunctionOrderProcessor", "Environment", {"Variables": {"KEY": "AKIAIOSFODNN7EXAMPLA"}}),
    "CKV_AWS_66": ("LogGroupawslambdaOrderProcessor", "RetentionInDays", None),
    "CKV_AWS_28": ("TableOrders", "PointInTimeRecoverySpecification", None),
    "CKV_AWS_109": ("RolePolicyOrderProcessorMayReceive", "PolicyDocument", ON_ALL_QUEUES),
    "CKV_AWS_363": ("FunctionOrderProcessor", "Runtime", "python3.6"),
}
"""For some rules: a resource, and the property whose value breaks the rule. None removes the property."""


def installed_checkov() -> Path:
    """Install checkov. Returns its command."""
    return kits.installed_environment("checkov", "3.11", LOCKED) / "checkov"


Verdicts = Mapping[str, Mapping[str, Mapping[str, bool]]]
"""Whether a resource complies, by document, rule and resource."""


@pytest.fixture(scope="module")
def programs() -> Mapping[str, Program]:
    return {name: recorded(stack, settings) for name, (stack, settings) in STACKS.items()}


@pytest.fixture(scope="module")
def verdicts(have: Have, programs: Mapping[str, Program], tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    documents = {name: template(program) for name, program in programs.items()}
    documents |= {rule: with_fault(documents["with a key"], *fault) for rule, fault in FAULTS.items()}
    folder = tmp_path_factory.mktemp("templates")
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    # Without the last option, checkov would download descriptions of its rules.
    checkov = have(installed_checkov)
    options = ("--framework", "cloudformation", "--output", "json", "--compact", "--skip-download")
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder)}  # It caches there.
    judged = subprocess.run(
        [checkov, "--directory", folder, *options], env={**inherited(), **home}, stdout=subprocess.PIPE, check=False
    )
    found: dict[str, dict[str, dict[str, bool]]] = {name: {} for name in documents}
    for complies, checks in ((True, "passed_checks"), (False, "failed_checks")):
        for check in json.loads(judged.stdout)["results"][checks]:
            of_rule = found[Path(check["file_path"]).stem].setdefault(check["check_id"], {})
            of_rule[check["resource"].rpartition(".")[2]] = complies
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_checkov_finds_what_the_rules_of_this_project_find(
    verdicts: Verdicts, programs: Mapping[str, Program], stack: str
) -> None:
    ours = {
        identifier: {logical_id(resource) for resource in rule.broken_in(programs[stack])}
        for rule in RULES
        for identifier in rule.ids
    }
    found = {
        rule: {resource for resource, complies in resources.items() if not complies}
        for rule, resources in verdicts[stack].items()
    }
    assert found == {rule: ours.get(rule, set()) for rule in found}
    assert len(found.keys() & ours.keys()) >= 19


@pytest.mark.parametrize("rule", FAULTS)
def test_checkov_finds_a_fault(verdicts: Verdicts, rule: str) -> None:
    resource, *_ = FAULTS[rule]
    assert (verdicts["with a key"][rule][resource], verdicts[rule][rule][resource]) == (True, False)
