"""The plan of a deployment with the real engine: it is deployed as it is, or refused."""

import re
from pathlib import Path

from tests.support.deployment import Deployment
from tests.support.workflows import JOBS, steps


def visibility_timeout(deployed: Deployment) -> str:
    url = deployed.pipeline().outputs["queueUrl"]
    found = deployed.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return found["Attributes"]["VisibilityTimeout"]


def state(deployed: Deployment) -> str:
    return deployed.pulumi("stack", "export").stdout


def test_a_plan_is_deployed_as_it_is_and_refused_if_the_program_wants_something_else(
    deployed: Deployment, tmp_path: Path
) -> None:
    plan = str(tmp_path / "plan.json")
    deployed.set("visibilityTimeoutSeconds", "60")
    assert deployed.pulumi("preview", "--json", "--save-plan", plan).returncode == 0

    deployed.set("visibilityTimeoutSeconds", "90")
    refused = deployed.pulumi("up", "--yes", "--plan", plan)
    assert refused.returncode != 0
    [expected] = re.findall('refused="(.+)"', steps(JOBS["deploy-stack/deploy"])[-1]["run"])
    assert re.search(expected, refused.stdout + refused.stderr)
    assert visibility_timeout(deployed) == "30"

    deployed.set("visibilityTimeoutSeconds", "60")
    assert deployed.pulumi("up", "--yes", "--plan", plan).returncode == 0
    assert visibility_timeout(deployed) == "60"


def test_the_exported_state_shows_that_a_stack_changed_after_its_plan(deployed: Deployment) -> None:
    before = state(deployed)
    assert deployed.pulumi("preview", "--json").returncode == 0
    assert state(deployed) == before
    deployed.set("visibilityTimeoutSeconds", "45")
    deployed.stack.up()
    assert state(deployed) != before
