"""What the boundary of a stack leaves of a role that is allowed everything."""

from collections.abc import Iterator
from dataclasses import replace

from tests.judges.iam.questions import OTHER_REGION, Row, may, may_not
from tests.judges.iam.tables.key import WITH_A_KEY
from tests.judges.iam.tables.names import (
    DEPLOY,
    KEY,
    NOTIFIER,
    PROCESSOR,
    PROCESSOR_LOG,
    STREAM,
    TABLE,
    USE,
    in_another_region,
    of,
    via,
)
from tests.judges.iam.tables.pipeline import PIPELINE
from tests.judges.iam.tables.tracing import OTHERS, RECORD

FUNCTIONS_MAY = tuple(row for row in PIPELINE + WITH_A_KEY if row.allowed and row.who in {(PROCESSOR,), (NOTIFIER,)})


def _of_boundary(stack: str) -> Iterator[Row]:
    role = f"a role with the boundary of {stack}"
    for row in FUNCTIONS_MAY:
        for place in (*DEPLOY, "other"):
            # KMS chooses the ID of a key, so the boundary cannot name one.
            allowed = place == stack or KEY in row.resources
            yield replace(row, who=(role,), resources=of(place, *row.resources), allowed=allowed)
        elsewhere = in_another_region(*of(stack, *row.resources))
        yield replace(row, who=(role,), resources=elsewhere, allowed=False)
    yield may(role, "sns:Publish", *of(stack, "topic OrderEvents > .fifo"))
    yield may_not(role, "sns:Publish", *of(stack, "topic OrderTopic", "topic OrderAlerts"))
    yield may_not(role, "sns:Subscribe", *of(stack, "topic OrderEvents"))
    yield may_not(role, "sqs:SendMessage sqs:PurgeQueue", *of(stack, "queue OrderQueue", "queue OrderDLQ"))
    yield may_not(role, "sqs:ReceiveMessage sqs:PurgeQueue", *of(stack, "queue OrderDLQ", "queue OrderEventsDLQ"))
    yield may_not(role, "dynamodb:GetItem dynamodb:DeleteItem dynamodb:PartiQLUpdate", *of(stack, TABLE))
    yield may_not(role, "dynamodb:PutResourcePolicy", *of(stack, STREAM))
    yield may_not(role, "logs:DeleteLogStream", *of(stack, PROCESSOR_LOG))
    yield may(role, RECORD, "*")
    yield may_not(role, OTHERS, "*")
    yield may_not(role, "iam:PutRolePolicy iam:PassRole", *of(stack, PROCESSOR, NOTIFIER))
    yield may_not(role, USE, *of(stack, KEY))
    yield may_not(role, USE, *of(stack, KEY), when=via("s3"))
    for service in ("sqs", "sns", "dynamodb"):
        yield may_not(role, "kms:CreateGrant", *of(stack, KEY), when=via(service))
        yield may_not(role, USE, *of(stack, KEY), when=via(service, OTHER_REGION))


BOUNDARIES = tuple(row for stack in DEPLOY for row in _of_boundary(stack))
