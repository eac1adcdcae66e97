"""The review of a whole preview."""

from ops.review.live import Live
from ops.review.review import review
from tests.support.previews import preview, step


def test_no_finding_contains_an_address() -> None:
    kind, name = "aws:sns/topicSubscription:TopicSubscription", "OrderAlerts-ops@example.com"
    inputs = {"protocol": "email", "endpoint": "ops@example.com"}
    found = review(preview(step("delete", kind, name, inputs), errors=("no access for ops@example.com",)), Live())
    assert len(found.findings) >= 2
    assert "[address]" in repr(found)
    assert "ops@" not in repr(found)
