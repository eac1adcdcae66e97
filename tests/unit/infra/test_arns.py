"""The mocks of the other tests give resources ARNs of the form that AWS gives them."""

import json
import re

import pytest

from tests.support.arns import ACCOUNT, ARNS, REGION, WITHOUT_ARN
from tests.support.github_access import recorded_access
from tests.support.recorder import Program, recorded

HERE = f"{REGION}:{ACCOUNT}"
FORMS = (
    rf"arn:aws:cloudwatch:{HERE}:alarm:[^:/]+",
    rf"arn:aws:cloudwatch::{ACCOUNT}:dashboard/[\w-]+",
    rf"arn:aws:dynamodb:{HERE}:table/[\w.-]+(/stream/(\*|[\w.:-]+))?",
    rf"arn:aws:iam::{ACCOUNT}:(policy|role|oidc-provider)/[\w.-]+",
    rf"arn:aws:iam::{ACCOUNT}:root",
    r"arn:aws:iam::aws:policy/\w+",
    rf"arn:aws:kms:{HERE}:(key|alias)/([\w-]+|\*)",
    rf"arn:aws:lambda:{HERE}:(function|event-source-mapping):[\w-]+",
    rf"arn:aws:logs:{HERE}:log-group:[\w./-]+(:\*|:log-stream:\*)?",
    r"arn:aws:s3:::[a-z0-9.-]+(/\S*)?",
    rf"arn:aws:sns:{HERE}:[\w-]+(\.fifo)?(:[\w-]+)?",
    rf"arn:aws:sqs:{HERE}:[\w-]+",
)
"""From the page of each service in the Service Authorization Reference."""


@pytest.fixture(
    scope="module",
    params=[
        lambda: recorded("dev"),
        lambda: recorded(
            "prod", {"customerManagedKey": "true", "activeTracing": "true", "alertAddresses": "ops@example.com"}
        ),
        lambda: recorded("dev", {"orderEventsFifo": "true"}),
        recorded_access,
    ],
    ids=["dev", "prod with a key", "dev with a FIFO topic", "github"],
)
def program(request: pytest.FixtureRequest) -> Program:
    found: Program = request.param()
    return found


def test_every_arn_in_the_inputs_of_a_resource_has_the_form_of_its_service(program: Program) -> None:
    inputs = json.dumps([resource.inputs for resource in program.resources], default=str).replace("\\", "")
    written = set(re.findall(r'arn:aws:[^"\s]+', inputs))
    assert len(written) > 5
    # The patterns in policies, such as those of all alarms of the account, are no ARNs of resources.
    arns = {one for one in written if not set("*?") & set(one.removesuffix(":log-stream:*").removesuffix("/*"))}
    assert sorted(one for one in arns if not any(re.fullmatch(form, one) for form in FORMS)) == []


def test_every_type_has_a_form_or_no_arn(program: Program) -> None:
    types = {resource.type for resource in program.resources if resource.custom}
    assert types - ARNS.keys() - WITHOUT_ARN == set()
    assert not ARNS.keys() & WITHOUT_ARN
