"""What the roles of GitHub's workflows may do with the resources of the stacks.

`dev` and `prod` have roles. The stack `other` stands for everything else of the same types in the account, which no
role may touch.
"""

from collections.abc import Iterable, Iterator, Mapping

from tests.judges.iam.questions import OTHER_REGION, Row, Who, may, may_not
from tests.judges.iam.tables.names import DEPLOY, READERS, ROLES, in_another_region, of
from tests.judges.iam.tables.tracing import OTHERS, RECORD

TOPICS = ("topic OrderTopic", "topic OrderEvents", "topic OrderEvents > .fifo", "topic OrderAlerts")
QUEUES = ("queue OrderQueue", "queue OrderDLQ", "queue OrderUndelivered", "queue OrderEventsDLQ")
FUNCTIONS, FUNCTION_ROLES = (
    ("function OrderProcessor", "function OrderNotifier"),
    ("role OrderProcessor", "role OrderNotifier"),
)
MAPPINGS = ("event source mapping OrderProcessor", "event source mapping OrderNotifier")
# IAM checks some actions against the ARN of a log group with something after its name.
LOG_GROUPS = tuple(
    f"log group /aws/lambda/{function}{rest}"
    for function in ("OrderProcessor", "OrderNotifier")
    for rest in ("", " > :all")
)
ALARMS = (
    *("metric alarm OrderTopicFailures", "metric alarm OrderTopicLosses", "metric alarm OrderUndeliveredNotEmpty"),
    *("metric alarm OrderQueueTooOld", "metric alarm OrderDLQNotEmpty", "metric alarm OrderDLQGrowing"),
    *("metric alarm OrderProcessorErrors", "metric alarm OrderProcessorThrottles", "metric alarm OrderProcessorSlow"),
    *("metric alarm OrderTableThrottled", "metric alarm OrderTableInsertErrors", "metric alarm OrderTablePutErrors"),
    *("metric alarm OrderEventsTooOld", "metric alarm OrderNotifierErrors", "metric alarm OrderEventsDLQNotEmpty"),
)
DASHBOARD, TABLE = "dashboard OrderFlow", "table Orders"
OF_A_FUNCTION: tuple[Mapping[str, str], ...] = tuple({"lambda:FunctionArn": function} for function in FUNCTIONS)
OF_A_FUNCTION_ELSEWHERE: tuple[Mapping[str, str], ...] = tuple(
    {"lambda:FunctionArn": f"{FUNCTIONS[0]} of another {place}"} for place in ("account", "Region")
)
CREATE_MAPPING, ELSEWHERE = "lambda:CreateEventSourceMapping", {"aws:RequestedRegion": OTHER_REGION}
BOUNDED = {"iam:PermissionsBoundary": "policy boundary"}

Work = tuple[str, tuple[str, ...], Mapping[str, str]]
"""Actions, the resources that each of them is about, and the condition keys. The names are those of one stack."""

DESCRIBE: tuple[Work, ...] = (
    ("sns:GetTopicAttributes sns:ListTagsForResource", TOPICS, {}),
    ("sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListQueueTags", QUEUES, {}),
    ("dynamodb:DescribeTable dynamodb:DescribeTimeToLive dynamodb:ListTagsOfResource", (TABLE,), {}),
    ("dynamodb:DescribeContinuousBackups", (TABLE,), {}),
    ("lambda:GetFunction lambda:GetFunctionConfiguration lambda:GetFunctionCodeSigningConfig", FUNCTIONS, {}),
    ("lambda:ListTags lambda:ListVersionsByFunction", FUNCTIONS, {}),
    *(("lambda:GetEventSourceMapping", MAPPINGS, function) for function in OF_A_FUNCTION),
    ("cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource", ALARMS, {}),
    ("cloudwatch:GetDashboard", (DASHBOARD,), {}),
    ("logs:ListTagsForResource", LOG_GROUPS, {}),
    ("iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies", FUNCTION_ROLES, {}),
)
CHANGES: tuple[Work, ...] = (
    ("sns:CreateTopic sns:DeleteTopic sns:SetTopicAttributes sns:TagResource sns:UntagResource", TOPICS, {}),
    ("sns:Subscribe", TOPICS, {}),
    ("sqs:CreateQueue sqs:DeleteQueue sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue", QUEUES, {}),
    ("dynamodb:CreateTable dynamodb:DeleteTable dynamodb:UpdateTable", (TABLE,), {}),
    ("dynamodb:UpdateContinuousBackups dynamodb:TagResource dynamodb:UntagResource", (TABLE,), {}),
    ("lambda:CreateFunction lambda:DeleteFunction lambda:UpdateFunctionCode", FUNCTIONS, {}),
    ("lambda:UpdateFunctionConfiguration lambda:TagResource lambda:UntagResource", FUNCTIONS, {}),
    ("lambda:PutFunctionConcurrency lambda:DeleteFunctionConcurrency", FUNCTIONS, {}),
    *(
        ("lambda:UpdateEventSourceMapping lambda:DeleteEventSourceMapping", MAPPINGS, function)
        for function in OF_A_FUNCTION
    ),
    ("cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms", ALARMS, {}),
    ("cloudwatch:TagResource cloudwatch:UntagResource", ALARMS, {}),
    ("cloudwatch:PutDashboard cloudwatch:DeleteDashboards", (DASHBOARD,), {}),
    ("logs:CreateLogGroup logs:DeleteLogGroup logs:TagResource logs:UntagResource", LOG_GROUPS, {}),
    ("logs:PutRetentionPolicy logs:DeleteRetentionPolicy", LOG_GROUPS, {}),
    ("iam:CreateRole iam:DeleteRole iam:UpdateRole iam:UpdateAssumeRolePolicy", FUNCTION_ROLES, BOUNDED),
    ("iam:PutRolePolicy iam:DeleteRolePolicy iam:PutRolePermissionsBoundary", FUNCTION_ROLES, BOUNDED),
    ("iam:TagRole iam:UntagRole iam:ListInstanceProfilesForRole", FUNCTION_ROLES, {}),
    ("iam:PassRole", FUNCTION_ROLES, {"iam:PassedToService": "lambda.amazonaws.com"}),
)
NOBODY: tuple[Work, ...] = (
    ("sns:Publish sns:AddPermission", TOPICS, {}),
    ("sqs:SendMessage sqs:ReceiveMessage sqs:PurgeQueue", QUEUES, {}),
    ("dynamodb:GetItem dynamodb:PutItem dynamodb:Scan", (TABLE,), {}),
    ("lambda:InvokeFunction lambda:AddPermission", FUNCTIONS, {}),
    ("cloudwatch:SetAlarmState", ALARMS, {}),
    ("cloudwatch:TagResource", (DASHBOARD,), {}),
    *(
        (f"lambda:{verb}EventSourceMapping", MAPPINGS, function)
        for verb in ("Get", "Update", "Delete")
        for function in OF_A_FUNCTION_ELSEWHERE
    ),
    ("logs:FilterLogEvents logs:PutSubscriptionFilter", LOG_GROUPS, {}),
    ("iam:AttachRolePolicy iam:DeleteRolePermissionsBoundary", FUNCTION_ROLES, BOUNDED),
    ("iam:CreateRole iam:PutRolePolicy", FUNCTION_ROLES, {}),
    (
        "iam:PutRolePermissionsBoundary",
        FUNCTION_ROLES,
        {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    ("iam:CreateRole", FUNCTION_ROLES, {"iam:PermissionsBoundary": "policy boundary of another account"}),
    ("iam:PassRole", FUNCTION_ROLES, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:CreatePolicyVersion iam:DeletePolicy", ("policy boundary",), {}),
)


def rows(who: Who, work: Iterable[Work], stack: str, *, boundary: str | None = None, allowed: bool) -> Iterator[Row]:
    """Yield the work on the resources of a stack as rows. `boundary` is the stack whose boundary a request names."""
    for actions, resources, when in work:
        context = {
            key: f"{boundary or stack if value == 'policy boundary' else stack} {value}" if " " in value else value
            for key, value in when.items()
        }
        make = may if allowed else may_not
        yield make(who, actions, *of(stack, *resources), when=context)


def _elsewhere(work: Iterable[Work]) -> Iterator[Work]:
    """Yield the work on the resources in another Region. Roles and dashboards belong to no Region."""
    for actions, resources, when in work:
        if resources not in (FUNCTION_ROLES, (DASHBOARD,)):
            yield actions, in_another_region(*resources), {**when, **ELSEWHERE}


def _of_readers() -> Iterator[Row]:
    for stack in DEPLOY:
        yield from rows(READERS, _elsewhere(DESCRIBE), stack, allowed=False)
        yield from rows(READERS, DESCRIBE, stack, allowed=True)
        yield from rows(READERS, CHANGES + NOBODY, stack, allowed=False)
    yield from rows(READERS, DESCRIBE + CHANGES + NOBODY, "other", allowed=False)
    yield may(READERS, "cloudwatch:GetMetricStatistics", "*")
    yield may_not(READERS, "cloudwatch:GetMetricStatistics", "*", when=ELSEWHERE)
    yield may_not(READERS, "cloudwatch:DescribeAnomalyDetectors lambda:CreateEventSourceMapping", "*")
    yield may_not(READERS, "sns:SetSubscriptionAttributes sns:Unsubscribe", "dev topic OrderTopic")


def _of_deployment(stack: str, role: str) -> Iterator[Row]:
    yield from rows(role, DESCRIBE + CHANGES, stack, allowed=True)
    yield from rows(role, [*NOBODY, *_elsewhere(DESCRIBE + CHANGES)], stack, allowed=False)
    for other in {*DEPLOY, "other"} - {stack}:
        yield from rows(role, DESCRIBE + CHANGES + NOBODY, other, boundary=stack, allowed=False)
        yield from rows(role, [work for work in CHANGES if work[2] is BOUNDED], stack, boundary=other, allowed=False)
        yield may_not(role, CREATE_MAPPING, "*", when={"lambda:FunctionArn": f"{other} function OrderProcessor"})
    for function in FUNCTIONS:
        yield may(role, CREATE_MAPPING, "*", when={"lambda:FunctionArn": f"{stack} {function}"})
        for place in ("account", "Region"):
            elsewhere = {"lambda:FunctionArn": f"{stack} {function} of another {place}"}
            yield may_not(role, CREATE_MAPPING, "*", when=elsewhere)
    yield may_not(role, "cloudwatch:GetMetricStatistics", "*")
    # AWS has no narrower resource and no condition for these: each role can change the subscriptions of its Region,
    # and the tags of all event source mappings.
    yield may(role, "sns:SetSubscriptionAttributes sns:Unsubscribe", "dev topic OrderTopic", "prod topic OrderTopic")
    yield may_not(role, "sns:SetSubscriptionAttributes sns:Unsubscribe", "dev topic OrderTopic", when=ELSEWHERE)
    yield may(role, "lambda:TagResource lambda:UntagResource", *of(stack, *MAPPINGS))
    yield may_not(role, "lambda:TagResource lambda:UntagResource", *in_another_region(*of(stack, *MAPPINGS)))


STACKS = (
    *_of_readers(),
    *(row for stack, role in DEPLOY.items() for row in _of_deployment(stack, role)),
    *(
        row
        for stack, role in DEPLOY.items()
        for row in (
            may((*READERS, role), "lambda:ListTags", *of(stack, *MAPPINGS)),
            may_not((*READERS, role), "lambda:ListTags", *in_another_region(*of(stack, *MAPPINGS))),
        )
    ),
    may(ROLES, "sns:GetSubscriptionAttributes", "dev topic OrderTopic"),
    may(ROLES, "logs:DescribeLogGroups xray:ListResourcePolicies", "*"),
    may_not(ROLES, "sns:GetSubscriptionAttributes", "dev topic OrderTopic", when=ELSEWHERE),
    may_not(ROLES, "logs:DescribeLogGroups xray:ListResourcePolicies", "*", when=ELSEWHERE),
    may_not(ROLES, f"{OTHERS} {RECORD}", "*"),
    may_not(ROLES, "logs:DescribeDestinations iam:ListRoles kms:CreateKey s3:ListAllMyBuckets", "*"),
)
