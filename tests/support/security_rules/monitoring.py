"""Rules for log groups and alarms."""

from infra.resource_types import ALARM, LOG_GROUP
from tests.support.recorder import Program, Registration
from tests.support.security_rules.rule import Rule, given, made


def has_actions_that_happen(alarm: Registration, _: Program) -> bool:
    actions = ("alarmActions", "okActions", "insufficientDataActions")
    return alarm.inputs.get("actionsEnabled", True) and any(alarm.inputs.get(key) for key in actions)


LOGS_AND_ALARMS = (
    Rule(
        ids=(
            "CKV_AWS_66",
            "NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod",
            "Serverless-CloudWatchLogGroupRetentionPeriod",
        ),
        demand="A log group has a retention period.",
        types=(LOG_GROUP,),
        holds=given("retentionInDays"),
        kept_by=(made(LOG_GROUP, retentionInDays=1),),
        broken_by=(made(LOG_GROUP),),
    ),
    Rule(
        ids=("CKV_AWS_338",),
        demand="A log group keeps logs for at least one year.",
        types=(LOG_GROUP,),
        # 0 keeps the log forever. So does a missing period, but checkov wants the decision to be visible.
        holds=lambda group, _: not 0 < group.inputs.get("retentionInDays", 1) < 365,
        kept_by=(made(LOG_GROUP, retentionInDays=365),),
        broken_by=(made(LOG_GROUP),),
    ),
    Rule(
        ids=("CKV_AWS_158", "NIST.800.53.R5-CloudWatchLogGroupEncrypted"),
        demand="A log group is encrypted with a customer managed key.",
        types=(LOG_GROUP,),
        holds=given("kmsKeyId"),
        kept_by=(made(LOG_GROUP, kmsKeyId="key"),),
        broken_by=(made(LOG_GROUP),),
    ),
    Rule(
        ids=("CKV_AWS_319", "NIST.800.53.R5-CloudWatchAlarmAction"),
        demand="An alarm has actions, and they are enabled.",
        types=(ALARM,),
        holds=has_actions_that_happen,
        kept_by=(made(ALARM, alarmActions=["topic"]),),
        broken_by=(made(ALARM, alarmActions=["topic"], actionsEnabled=False),),
    ),
    Rule(
        ids=("E3615",),
        demand="An alarm's period is 10, 20 or 30 seconds, or a multiple of 60 seconds.",
        types=(ALARM,),
        holds=lambda alarm, _: (period := alarm.inputs.get("period", 60)) in (10, 20, 30) or period % 60 == 0,
        kept_by=(made(ALARM, period=300),),
        broken_by=(made(ALARM, period=90),),
    ),
)
