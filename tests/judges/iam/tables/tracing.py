"""Who may record traces in X-Ray, and who may not. X-Ray's actions on traces have no resource."""

from tests.judges.iam.questions import OTHER_ACCOUNT, may, may_not
from tests.judges.iam.tables.names import EVENTS, NOTIFIER, ORDERS, PROCESSOR, SNS
from tests.support.arns import ACCOUNT

RECORD = "xray:PutTelemetryRecords xray:PutTraceSegments"
DELIVER = "xray:GetSamplingRules xray:GetSamplingTargets xray:PutTraceSegments"
OTHERS = "xray:BatchGetTraces xray:GetTraceSummaries xray:PutResourcePolicy xray:DeleteResourcePolicy"

TRACED = (
    *(
        may(SNS, DELIVER, "*", when={"aws:SourceArn": topic, "aws:SourceAccount": ACCOUNT})
        for topic in (ORDERS, EVENTS)
    ),
    may_not(SNS, DELIVER, "*", when={"aws:SourceArn": "topic OrderAlerts", "aws:SourceAccount": ACCOUNT}),
    *(
        may_not(SNS, DELIVER, "*", when={"aws:SourceArn": f"{ORDERS} of another {place}", "aws:SourceAccount": ACCOUNT})
        for place in ("account", "Region")
    ),
    may_not(SNS, DELIVER, "*", when={"aws:SourceArn": ORDERS, "aws:SourceAccount": OTHER_ACCOUNT}),
    may_not(SNS, OTHERS, "*", when={"aws:SourceArn": ORDERS, "aws:SourceAccount": ACCOUNT}),
    may_not("s3.amazonaws.com", DELIVER, "*", when={"aws:SourceArn": ORDERS, "aws:SourceAccount": ACCOUNT}),
    may((PROCESSOR, NOTIFIER), RECORD, "*"),
    may_not((PROCESSOR, NOTIFIER), f"{OTHERS} xray:GetSamplingRules", "*"),
)
