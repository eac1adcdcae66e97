"""What tells people that orders are in trouble."""

from typing import Any

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.alarms import Alarm, alarms
from infra.dashboard import dashboard_body
from infra.metrics import Flow, FlowMetrics
from infra.settings import MonitoringSettings


class OrderMonitoring(pulumi.ComponentResource):
    """The alarms on a flow, the topic that they tell, with its readers, and a dashboard of it all.

    Every alarm tells when it begins and when it is over. A missing data point is none to worry about: all of these
    metrics are silent while nothing happens.
    """

    def __init__(
        self,
        name: str,
        settings: MonitoringSettings,
        *,
        watches: Flow,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderMonitoring", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        prefix = name.removesuffix("Monitoring")
        self.alerts = aws.sns.Topic(f"{prefix}Alerts", kms_master_key_id=key.id if key else None, opts=child)
        accepts_alarms = aws.sns.TopicPolicy(
            f"{prefix}Alerts",
            arn=self.alerts.arn,
            policy=pulumi.Output.json_dumps(
                policies.policy(
                    policies.alarms_may_publish(self.alerts.arn), policies.topic_only_over_tls(self.alerts.arn)
                )
            ),
            opts=child,
        )
        for address in settings.alert_addresses:
            aws.sns.TopicSubscription(
                f"{prefix}Alerts-{address}", topic=self.alerts.arn, protocol="email", endpoint=address, opts=child
            )
        metrics = FlowMetrics(watches)
        # What an alarm says before it may is lost.
        permitted = pulumi.ResourceOptions(parent=self, depends_on=[accepts_alarms])
        declared = alarms(settings, metrics, function_timeout_seconds=watches.function_timeout_seconds)
        self.alarms = [self._alarm(f"{prefix}{alarm.name}", alarm, opts=permitted) for alarm in declared]
        self.dashboard = aws.cloudwatch.Dashboard(
            f"{prefix}Flow",
            # A dashboard gets no name by itself: its own is as unique as the topic's, or as exact.
            dashboard_name=self.alerts.name.apply(lambda alerts: alerts.replace(f"{prefix}Alerts", f"{prefix}Flow", 1)),
            dashboard_body=dashboard_body(watches, metrics, declared, [alarm.arn for alarm in self.alarms]),
            opts=child,
        )
        self.register_outputs({"alertTopicArn": self.alerts.arn, "dashboardName": self.dashboard.dashboard_name})

    def _alarm(self, name: str, alarm: Alarm, *, opts: pulumi.ResourceOptions) -> aws.cloudwatch.MetricAlarm:
        return aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=f"{alarm.means} What to do: docs/monitoring.md, {name}.",
            **_watched(alarm),
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=alarm.at_least,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[self.alerts.arn],
            ok_actions=[self.alerts.arn],
            opts=opts,
        )


def _watched(alarm: Alarm) -> dict[str, Any]:
    """The inputs that say what is compared with the threshold."""
    metric = {
        "namespace": alarm.metric.namespace,
        "metric_name": alarm.metric.name,
        "dimensions": alarm.metric.dimensions,
        "period": alarm.period,
    }
    if not alarm.growth:
        return {**metric, "statistic": alarm.metric.statistic}
    return {
        "metric_queries": [
            {"id": "growth", "expression": "DIFF(level)", "label": "growth", "return_data": True},
            {"id": "level", "metric": {**metric, "stat": alarm.metric.statistic}},
        ]
    }
