"""Previews that the real engine made, reviewed."""

from pathlib import Path

import pytest

from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.preview import read_preview
from ops.review.review import review

RECORDED = Path(__file__).parent / "previews"
QUEUE_URN = "urn:pulumi:dev::orders::orders:index:OrderSystem$orders:index:OrderQueue$aws:sqs/queue:Queue::OrderQueue"


def findings(name: str) -> list[Finding]:
    return list(review(read_preview((RECORDED / f"{name}.json").read_text()), Live()).findings)


def of(found: list[Finding], verdict: Verdict) -> set[str]:
    return {one.resource for one in found if one.verdict is verdict}


def test_a_component_of_another_type_deletes_the_queues_that_it_creates() -> None:
    found = findings("retype-queue")
    assert of(found, Verdict.LOSES) == {"OrderQueue", "OrderDLQ", "OrderSubscription"}
    [queue] = [one for one in found if one.resource == "OrderQueue" and one.verdict is Verdict.LOSES]
    assert "with the same name in AWS. Both are one resource, which is deleted" in queue.what
    assert queue.instead == (
        "Add to the resource options of the component orders:index:Queues: "
        'aliases=[pulumi.Alias(type_="orders:index:OrderQueue")]'
    )


def test_a_renamed_queue_gets_the_alias_that_keeps_it() -> None:
    found = findings("rename-queue")
    [queue] = [one for one in found if one.resource == "OrderQueue" and one.verdict is Verdict.LOSES]
    assert queue.what == "deletes the queue OrderQueue, and creates Other instead"
    assert f'aliases=["{QUEUE_URN}"]' in queue.instead
    [mapping] = [one for one in found if one.resource == "OrderProcessor" and one.verdict is Verdict.INTERRUPTS]
    assert mapping.instead.startswith("This follows from")


def test_a_renamed_system_loses_all_that_it_holds_and_each_resource_gets_its_own_alias() -> None:
    found = findings("rename-system")
    assert of(found, Verdict.LOSES) == {
        *("Orders", "OrderTopic", "OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderSubscription"),
        "/aws/lambda/OrderProcessor",
    }
    for old, new in {"OrderQueue": "ShopQueue", "OrderDLQ": "ShopDLQ", "Orders": "Shops"}.items():
        [one] = [one for one in found if one.resource == old and one.verdict is Verdict.LOSES]
        assert one.instead.startswith(f"Add to the resource options of {new} ")
        assert f'::{old}"]' in one.instead


def test_a_renamed_table_loses_the_orders() -> None:
    assert of(findings("rename-table"), Verdict.LOSES) == {"Orders"}


def test_another_region_replaces_everything_although_the_engine_gives_no_reason() -> None:
    found = findings("region")
    assert {"Orders", "OrderQueue", "OrderDLQ", "OrderTopic"} <= of(found, Verdict.LOSES)
    assert all("another provider or Region forces it" in one.what for one in found if one.verdict is Verdict.LOSES)


def test_a_key_interrupts_and_gives_the_account_a_permission() -> None:
    found = findings("customerManagedKey-true")
    assert of(found, Verdict.LOSES) == set()
    assert {"OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderTopic", "Orders"} == of(found, Verdict.INTERRUPTS)


def test_a_preview_that_failed_is_refused_with_its_reason() -> None:
    [refused] = [one for one in findings("table-key") if one.verdict is Verdict.REFUSED]
    assert "all indexes must match a defined attribute" in refused.why


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json")), ids=lambda path: path.stem)
def test_the_worst_finding_comes_first(path: Path) -> None:
    ranks = [one.verdict.rank for one in findings(path.stem)]
    assert ranks
    assert ranks == sorted(ranks)
