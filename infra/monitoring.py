"""The alarms, the topic of their notifications, and the dashboard."""

from collections.abc import Iterable
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.alarms import Alarm, alarms, event_alarms
from infra.dashboard import dashboard_body
from infra.links import dashboard_link
from infra.metrics import EventMetrics, Flow, FlowMetrics
from infra.settings import MonitoringSettings, as_inputs


class OrderMonitoring(pulumi.ComponentResource):
    """The alarms on a flow, the topic that they notify, its subscribers, and a dashboard.

    An alarm notifies when it goes into the ALARM state and when it returns to OK. It treats missing data as not
    breaching, because none of these metrics has data while nothing happens.
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
        super().__init__("orders:index:OrderMonitoring", name, as_inputs(settings), opts)
        self._child = pulumi.ResourceOptions(parent=self)
        prefix = name.removesuffix("Monitoring")
        metrics = FlowMetrics(watches)
        events = EventMetrics(watches.events) if watches.events else None
        declared = [
            *alarms(settings, metrics, function_timeout_seconds=watches.function_timeout_seconds),
            *(event_alarms(settings, events) if events else []),
        ]
        self.alerts = self._alert_topic(f"{prefix}Alerts", settings.alert_addresses, key)
        accepts_alarms = self._accept_alarms(f"{prefix}Alerts")
        # Pulumi does not generate a dashboard's name. This name is as exact or as unique as the topic's name, and known
        # before the alarms, which link to the dashboard that shows them.
        self._dashboard_name = self.alerts.name.apply(
            lambda alerts: alerts.replace(f"{prefix}Alerts", f"{prefix}Flow", 1)
        )
        self._dashboard_link = pulumi.Output.all(self.alerts.arn, self._dashboard_name).apply(
            lambda found: dashboard_link(*found)
        )
        self.alarms = [self._alarm(f"{prefix}{alarm.name}", alarm, after=accepts_alarms) for alarm in declared]
        self.dashboard = self._dashboard(
            prefix, dashboard_body(watches, metrics, events, declared, [alarm.arn for alarm in self.alarms])
        )
        self.register_outputs({"alertTopicArn": self.alerts.arn, "dashboardName": self.dashboard.dashboard_name})

    def _alert_topic(self, name: str, addresses: Iterable[str], key: aws.kms.Key | None) -> aws.sns.Topic:
        topic = aws.sns.Topic(name, kms_master_key_id=key.id if key else None, opts=self._child)
        for address in addresses:
            aws.sns.TopicSubscription(
                f"{name}-{address}", topic=topic.arn, protocol="email", endpoint=address, opts=self._child
            )
        return topic

    def _accept_alarms(self, name: str) -> aws.sns.TopicPolicy:
        document = policies.policy(
            policies.alarms_may_publish(self.alerts.arn), policies.topic_only_over_tls(self.alerts.arn)
        )
        return aws.sns.TopicPolicy(
            name, arn=self.alerts.arn, policy=pulumi.Output.json_dumps(document), opts=self._child
        )

    def _alarm(self, name: str, alarm: Alarm, *, after: aws.sns.TopicPolicy) -> aws.cloudwatch.MetricAlarm:
        return aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=pulumi.Output.concat(
                f"{alarm.meaning} What to do: docs/monitoring.md, {name}. Dashboard: ", self._dashboard_link
            ),
            **_evaluated(alarm),
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=alarm.at_least,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[self.alerts.arn],
            ok_actions=[self.alerts.arn],
            # Notifications sent before the topic policy exists are lost.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _dashboard(self, prefix: str, body: pulumi.Output[str]) -> aws.cloudwatch.Dashboard:
        return aws.cloudwatch.Dashboard(
            f"{prefix}Flow",
            dashboard_name=self._dashboard_name,
            dashboard_body=body,
            opts=self._child,
        )


def _evaluated(alarm: Alarm) -> dict[str, Any]:
    """Return the inputs that define the value that CloudWatch compares with the threshold."""
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
