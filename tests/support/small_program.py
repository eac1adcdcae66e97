"""The preview of a small program: the parts of the pipeline that somebody makes by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra import resource_types as types
from ops.adopt.declared import Program, read_program
from ops.review.preview import UNKNOWN

REGION = "eu-west-1"
_SYSTEM = "urn:pulumi:dev::orders::orders:index:OrderSystem::Order"
_PROVIDER = f"urn:pulumi:dev::orders::pulumi:providers:aws::default_7_51_1::{UNKNOWN}"
Step = dict[str, Any]


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::orders::orders:index:OrderSystem${kind}::{name}"


def declares(kind: str, name: str, inputs: Mapping[str, Any] | None = None, **needs: str) -> Step:
    """The step that creates a resource. `needs` gives, for an input, the URN of the resource to which it refers."""
    made = {"name": name} if inputs is None else dict(inputs)
    state = {
        "type": kind,
        "custom": True,
        "inputs": {**made, **dict.fromkeys(needs, UNKNOWN)},
        "parent": _SYSTEM,
        "provider": _PROVIDER,
        "propertyDependencies": {name: [other] for name, other in needs.items()},
    }
    return {"op": "create", "urn": urn(kind, name), "newState": state}


def component() -> Step:
    state = {"type": "orders:index:OrderSystem", "custom": False, "inputs": {}}
    return {"op": "create", "urn": _SYSTEM, "newState": state}


def present(step: Step, identity: str) -> Step:
    """The same resource, which is in the stack already."""
    return {**step, "op": "same", "oldState": {**step["newState"], "id": identity, "outputs": {}}}


QUEUE, TOPIC = urn(types.QUEUE, "OrderQueue"), urn(types.TOPIC, "OrderTopic")
FUNCTION, ROLE = urn(types.FUNCTION, "OrderProcessor"), urn(types.ROLE, "OrderProcessor")
STEPS: Sequence[Step] = (
    component(),
    declares(types.QUEUE, "OrderQueue"),
    declares(types.QUEUE, "OrderDLQ"),
    declares(types.QUEUE_POLICY, "OrderQueue", {}, queueUrl=QUEUE),
    declares(types.QUEUE_POLICY, "OrderDLQ", {}, queueUrl=urn(types.QUEUE, "OrderDLQ")),
    declares("aws:sqs/redrivePolicy:RedrivePolicy", "OrderQueue", {}, queueUrl=QUEUE),
    declares(types.TOPIC, "OrderTopic"),
    declares(types.TOPIC_POLICY, "OrderTopic", {}, arn=TOPIC),
    declares(types.SUBSCRIPTION, "OrderSubscription", {"protocol": "sqs"}, topic=TOPIC, endpoint=QUEUE),
    declares(types.TABLE, "Orders"),
    declares(types.LOG_GROUP, "/aws/lambda/OrderProcessor"),
    declares(types.ROLE, "OrderProcessor"),
    declares(types.ROLE_POLICY, "OrderProcessor", {"name": "OrderProcessor"}, role=ROLE),
    declares(types.FUNCTION, "OrderProcessor", {"name": "OrderProcessor"}, role=ROLE),
    declares(types.MAPPING, "OrderProcessor", {}, eventSourceArn=QUEUE, functionName=FUNCTION),
    declares(types.ALARM, "OrderDLQNotEmpty"),
    declares(types.DASHBOARD, "OrderFlow", {"dashboardName": "OrderFlow"}),
)


def preview_of(*steps: Step) -> str:
    return json.dumps({"config": {"aws:region": REGION}, "steps": steps or STEPS})


def program(*steps: Step) -> Program:
    return read_program(preview_of(*steps))
