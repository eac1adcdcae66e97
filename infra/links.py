"""Links into the console of CloudWatch: a contract that imports no Pulumi."""

from urllib.parse import quote

_CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
"""The console of each partition that has one of its own."""


def dashboard_link(arn: str, name: str) -> str:
    """Return the link to a dashboard. The ARN is that of any resource in its Region."""
    return f"{_cloudwatch(arn)}#dashboards/dashboard/{quote(name)}"


def alarm_link(arn: str, name: str) -> str:
    """Return the link to an alarm. The ARN is that of any resource in its Region."""
    return f"{_cloudwatch(arn)}#alarmsV2:alarm/{quote(name)}"


def _cloudwatch(arn: str) -> str:
    _, partition, _, region, *_ = arn.split(":")
    console = _CONSOLES.get(partition, "console.aws.amazon.com")
    return f"https://{region}.{console}/cloudwatch/home?region={region}"
