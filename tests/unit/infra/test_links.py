"""Links into the console of CloudWatch."""

import pytest

from infra.links import alarm_link, dashboard_link


def test_a_link_leads_to_the_region_of_the_stack() -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:OrderTopic"
    home = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
    assert dashboard_link(topic, "OrderFlow") == f"{home}#dashboards/dashboard/OrderFlow"
    assert alarm_link(topic, "OrderDLQNotEmpty-1a2b3c4") == f"{home}#alarmsV2:alarm/OrderDLQNotEmpty-1a2b3c4"


@pytest.mark.parametrize(
    ("partition", "console"),
    [
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
        ("aws-new", "console.aws.amazon.com"),
    ],
)
def test_a_partition_has_a_console_of_its_own(partition: str, console: str) -> None:
    assert f".{console}/" in dashboard_link(f"arn:{partition}:sns:r:1:t", "D")
