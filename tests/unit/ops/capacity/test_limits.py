"""The table of the numbers that AWS decides."""

import pytest

from ops.capacity import limits
from ops.capacity.limits import Limit, publishes

LIMITS = [
    one
    for named in vars(limits).values()
    for one in (named.values() if isinstance(named, dict) else [named])
    if isinstance(one, Limit)
]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.meaning}: {limit.value}")
def test_each_limit_names_its_source_and_when_it_was_read(limit: Limit) -> None:
    assert limit.source
    assert f"{limit.value:,g} ({limit.source}, {'read 20' if limit.as_of else 'undated'}" in str(limit)


def test_the_limits_by_region_and_architecture_are_in_the_table_too() -> None:
    meanings = " ".join(limit.meaning for limit in LIMITS)
    assert "SNS accepts" in meanings
    assert "cold start" in meanings


@pytest.mark.parametrize(
    ("region", "quota"), [("us-east-1", 30_000), ("eu-west-1", 9_000), ("eu-central-1", 1_500), ("eu-south-2", 300)]
)
def test_the_publish_quota_depends_on_the_region(region: str, quota: float) -> None:
    assert publishes(region).value == quota
