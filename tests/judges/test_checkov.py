"""checkov finds in every stack what the rules of this project find, if both have a rule of the same ID."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from infra.resource_types import KEY, QUEUE
from local.environment import inherited
from tests.judges import kits
from tests.judges.cloudformation import changed, logical_id, template, template_of
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.support.arns import arn
from tests.support.github_access import recorded_access
from tests.support.page_tables import rows_under
from tests.support.recorder import Program, recorded
from tests.support.security_rules import RULES

pytestmark = pytest.mark.judged(Judge.CHECKOV, "security-rules")

LOCKED = Path(__file__).parent / "locked" / "checkov"

PROGRAMS: Mapping[str, Callable[[], Program]] = {
    "dev": partial(recorded, "dev"),
    "prod": partial(recorded, "prod"),
    "local": partial(recorded, "local"),
    "with a key": partial(recorded, "prod", {"customerManagedKey": "true"}),
    "with tracing": partial(recorded, "prod", {"activeTracing": "true"}),
    "workflows": recorded_access,
}
"""The programs of docs/security.md."""
STACKS = PROGRAMS.keys() - {"workflows"}


def _policy(**statement: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}


def _trust(principal: str) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": {"AWS": [principal]}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


PERMISSIONS = ("RolePolicyOrderProcessorMayReceive", "PolicyDocument")
CHANGES: Mapping[str, tuple[str, str, object]] = {
    "CKV_AWS_7": ("KeyOrderKey", "EnableKeyRotation", False),
    "CKV_AWS_26": ("TopicOrderTopic", "KmsMasterKeyId", ""),
    "CKV_AWS_27": ("QueueOrderQueue", "KmsMasterKeyId", ""),
    "CKV_AWS_28": ("TableOrders", "PointInTimeRecoverySpecification", None),
    "CKV_AWS_33": ("KeyOrderKey", "KeyPolicy", _policy(Principal="*", Action="kms:Decrypt")),
    "CKV_AWS_45": ("FunctionOrderProcessor", "Environment", {"Variables": {"KEY": "AKIAIOSFODNN7EXAMPLA"}}),
    "CKV_AWS_60": ("RoleOrderProcessor", "AssumeRolePolicyDocument", _trust("*")),
    "CKV_AWS_61": ("RoleOrderProcessor", "AssumeRolePolicyDocument", _trust("123456789012")),
    "CKV_AWS_62": (*PERMISSIONS, _policy(Action="*")),
    "CKV_AWS_63": (*PERMISSIONS, _policy(Action="*")),
    "CKV_AWS_66": ("LogGroupawslambdaOrderProcessor", "RetentionInDays", None),
    "CKV_AWS_107": (*PERMISSIONS, _policy(Action="iam:CreateAccessKey")),
    "CKV_AWS_108": (*PERMISSIONS, _policy(Action="s3:GetObject")),
    "CKV_AWS_109": (*PERMISSIONS, _policy(Action="sqs:AddPermission")),
    "CKV_AWS_110": (*PERMISSIONS, _policy(Action="iam:CreatePolicyVersion")),
    "CKV_AWS_111": (*PERMISSIONS, _policy(Action="sqs:SendMessage")),
    "CKV_AWS_115": ("FunctionOrderProcessor", "ReservedConcurrentExecutions", None),
    "CKV_AWS_116": ("FunctionOrderProcessor", "DeadLetterConfig", {"TargetArn": arn(QUEUE, "OrderDLQ")}),
    "CKV_AWS_117": ("FunctionOrderProcessor", "VpcConfig", {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
    "CKV_AWS_119": ("TableOrders", "SSESpecification", None),
    "CKV_AWS_158": ("LogGroupawslambdaOrderProcessor", "KmsKeyId", None),
    "CKV_AWS_173": ("FunctionOrderProcessor", "KmsKeyArn", arn(KEY, "1234abcd-12ab-34cd-56ef-1234567890ab")),
    "CKV_AWS_363": ("FunctionOrderProcessor", "Runtime", "python3.6"),
}
"""For each rule of both sides: a property whose value decides whether the resource complies. None removes it."""


def installed_checkov() -> Path:
    """Install checkov. Returns its command."""
    return kits.installed_environment("checkov", "3.11", LOCKED) / "checkov"


Verdicts = Mapping[str, Mapping[str, Mapping[str, bool]]]
"""Whether a resource complies, by document, rule and resource."""


@pytest.fixture(scope="module")
def programs() -> Mapping[str, Program]:
    return {name: record() for name, record in PROGRAMS.items()}


@pytest.fixture(scope="module")
def checkov(have: Have) -> Path:
    return have(installed_checkov)


@pytest.fixture(scope="module")
def verdicts(checkov: Path, programs: Mapping[str, Program], tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    documents = {name: template(program) for name, program in programs.items()}
    resources = documents["with a key"]["Resources"]
    documents["changes"] = template_of(
        {changed_id(rule): changed(resources[one], path, value) for rule, (one, path, value) in CHANGES.items()}
    )
    folder = tmp_path_factory.mktemp("templates")
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    # Without the last option, checkov would download descriptions of its rules.
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


def changed_id(rule: str) -> str:
    """Return the ID of the resource that is changed for a rule."""
    return rule.replace("_", "")


def _broken(verdicts: Mapping[str, Mapping[str, bool]]) -> dict[str, set[str]]:
    """Return the resources that break a rule, by rule."""
    broken = {
        rule: {one for one, complies in resources.items() if not complies} for rule, resources in verdicts.items()
    }
    return {rule: resources for rule, resources in broken.items() if resources}


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_checkov_finds_what_the_rules_of_this_project_find(
    verdicts: Verdicts, programs: Mapping[str, Program], stack: str
) -> None:
    ours = {
        identifier: {logical_id(resource) for resource in rule.broken_in(programs[stack])}
        for rule in RULES
        for identifier in rule.ids
    }
    assert _broken(verdicts[stack]) == {rule: ours[rule] for rule in CHANGES if ours[rule]}


def test_checkov_finds_in_the_roles_of_the_workflows_what_the_docs_except(
    verdicts: Verdicts, programs: Mapping[str, Program]
) -> None:
    rows = list(rows_under("The roles of the workflows", "security.md"))
    assert all(reason.endswith(".") for *_, reason in rows)
    excepted = {rule.strip("`"): resource.strip("`") for rule, resource, _ in rows}
    names = {logical_id(one): one.name for one in programs["workflows"].resources}
    found = {rule: {names[one] for one in resources} for rule, resources in _broken(verdicts["workflows"]).items()}
    assert found == {rule: {name} for rule, name in excepted.items()}


def test_every_rule_that_checkov_has_too_is_compared(checkov: Path) -> None:
    options = ("--list", "--framework", "cloudformation")
    listed = subprocess.run([checkov, *options], stdout=subprocess.PIPE, text=True, check=True).stdout
    ours = {identifier for rule in RULES for identifier in rule.ids}
    assert set(re.findall(r"\bCKV\w+", listed)) & ours == CHANGES.keys()


@pytest.mark.parametrize("rule", CHANGES)
def test_the_verdict_of_a_rule_follows_a_property(verdicts: Verdicts, rule: str) -> None:
    resource, *_ = CHANGES[rule]
    before, after = verdicts["with a key"][rule][resource], verdicts["changes"][rule][changed_id(rule)]
    assert before is not after
