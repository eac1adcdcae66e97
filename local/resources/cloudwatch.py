"""Alarms and dashboards."""

from typing import Any

from local.resources.registry import Cloud, Inputs, ResourceState, resource_type

_ALARM_FIELDS = {
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "evaluationPeriods": "EvaluationPeriods",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treatMissingData": "TreatMissingData",
}


@resource_type("aws:cloudwatch/metricAlarm:MetricAlarm", "dimensions", "metricQueries", *_ALARM_FIELDS)
def _metric_alarm(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    declared: dict[str, Any] = {field: inputs[key] for key, field in _ALARM_FIELDS.items() if key in inputs}
    if "dimensions" in inputs:
        declared["Dimensions"] = _dimensions(inputs["dimensions"])
    if "metricQueries" in inputs:
        declared["Metrics"] = [_metric_query(query) for query in inputs["metricQueries"]]
    cloudwatch = cloud.clients.cloudwatch
    cloudwatch.put_metric_alarm(AlarmName=name, **declared, Tags=cloud.tag_list)
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return name, {"arn": alarm["AlarmArn"], "name": name}


def _metric_query(query: Inputs) -> dict[str, Any]:
    declared = {"Id": query["id"], "ReturnData": query.get("returnData", False)}
    if "expression" in query:
        return {**declared, "Expression": query["expression"], "Label": query["label"]}
    metric = query["metric"]
    name = {"Namespace": metric["namespace"], "MetricName": metric["metricName"]}
    return {
        **declared,
        "MetricStat": {
            "Metric": {**name, "Dimensions": _dimensions(metric["dimensions"])},
            "Period": metric["period"],
            "Stat": metric["stat"],
        },
    }


def _dimensions(values: Inputs) -> list[Any]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


@resource_type("aws:cloudwatch/dashboard:Dashboard", "dashboardName", "dashboardBody")
def _dashboard(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    name = inputs["dashboardName"]
    cloud.clients.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
    return name, {}
