"""Previews that the real engine made, reviewed."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ops.review.drift import read_drift
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.support.recordings import recordings

PREVIEWS = Path(__file__).parent / "previews"
"""Previews of what the prediction tests do not make: stacks of an earlier version, and what the engine refuses."""
QUEUE_URN = "urn:pulumi:dev::orders::orders:index:OrderSystem$orders:index:OrderQueue$aws:sqs/queue:Queue::OrderQueue"


@cache
def of_changes() -> Mapping[str, str]:
    return {one.change: one.preview for one in recordings()}


def findings(name: str) -> list[Finding]:
    file = PREVIEWS / f"{name}.json"
    preview = file.read_text() if file.exists() else of_changes()[name]
    return list(review(read_preview(preview), Live()).findings)


def of(found: list[Finding], verdict: Verdict) -> set[str]:
    return {one.resource for one in found if one.verdict is verdict}


def test_a_component_of_another_type_deletes_the_queues_that_it_creates() -> None:
    found = findings("retype OrderQueue")
    assert of(found, Verdict.LOSES) == {"OrderQueue", "OrderDLQ", "OrderSubscription"}
    [queue] = [one for one in found if one.resource == "OrderQueue" and one.verdict is Verdict.LOSES]
    assert "with the same name in AWS. Both are one resource, which is deleted" in queue.what
    assert queue.instead == (
        "Add to the resource options of the component orders:index:OtherOrderQueue: "
        'aliases=[pulumi.Alias(type_="orders:index:OrderQueue")]'
    )


def test_a_renamed_queue_gets_the_alias_that_keeps_it() -> None:
    found = findings("rename OrderQueue")
    [queue] = [one for one in found if one.resource == "OrderQueue" and one.verdict is Verdict.LOSES]
    assert queue.what == "deletes the queue OrderQueue, and creates NewQueue instead"
    assert f'aliases=["{QUEUE_URN}"]' in queue.instead
    [mapping] = [one for one in found if one.resource == "OrderProcessor" and one.verdict is Verdict.INTERRUPTS]
    assert mapping.instead.startswith("This follows from")


def test_a_renamed_system_loses_all_that_it_holds_and_each_resource_gets_its_own_alias() -> None:
    found = findings("systemName")
    assert of(found, Verdict.LOSES) == {
        *("OrderTopic", "OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderSubscription", "OrderEventsDLQ"),
        "/aws/lambda/OrderProcessor",
    }
    for old, new in {"OrderQueue": "ShopQueue", "OrderDLQ": "ShopDLQ", "OrderTopic": "ShopTopic"}.items():
        [one] = [one for one in found if one.resource == old and one.verdict is Verdict.LOSES]
        assert one.instead.startswith(f"Add to the resource options of {new} ")
        assert f'::{old}"]' in one.instead


def test_a_renamed_table_loses_the_orders_and_gets_no_new_ones() -> None:
    assert of(findings("rename Orders"), Verdict.LOSES) == {"Orders", "OrderProcessor"}


def test_another_region_replaces_everything_although_the_engine_gives_no_reason() -> None:
    found = findings("another Region")
    assert {"Orders", "OrderQueue", "OrderDLQ", "OrderTopic"} <= of(found, Verdict.LOSES)
    assert all("another provider or Region forces it" in one.what for one in found if one.verdict is Verdict.LOSES)


def one(found: list[Finding], resource: str, verdict: Verdict) -> Finding:
    [only] = [finding for finding in found if (finding.resource, finding.verdict) == (resource, verdict)]
    return only


def test_a_key_with_its_permissions_interrupts_only_publishers() -> None:
    found = findings("customerManagedKey")
    assert of(found, Verdict.LOSES) == of(found, Verdict.WEAKENS) == set()
    assert of(found, Verdict.INTERRUPTS) == {"OrderTopic"}
    assert "rejects publishers without kms:GenerateDataKey" in one(found, "OrderTopic", Verdict.INTERRUPTS).why
    assert {"OrderQueue", "OrderDLQ", "OrderUndelivered", "Orders"} < of(found, Verdict.LOOK)
    assert one(found, "OrderAlerts", Verdict.LOOK).what == "encrypts OrderAlerts with a key of this stack"
    assert "stay as they are. " in one(found, "/aws/lambda/OrderProcessor", Verdict.LOOK).why


def test_a_key_that_leaves_the_stack_stays_and_the_review_says_until_when() -> None:
    found = findings("customerManagedKey, and back")
    assert found[0].verdict is Verdict.WEAKENS
    key = one(found, "OrderKey", Verdict.LOOK)
    assert key.what == "takes the key OrderKey out of the stack, and keeps it in AWS with its permissions"
    for held in (
        "point-in-time recovery of Orders (35 days)",
        "records in /aws/lambda/OrderProcessor (30 days)",
        "messages of OrderTopic that are not delivered yet (23 days)",
        "messages in OrderDLQ (14 days)",
        "messages in OrderUndelivered (14 days)",
        "messages in OrderQueue (4 days)",
    ):
        assert held in key.why
    assert key.instead.startswith("35 days after the deployment, and without on-demand backups")
    assert re.search(
        r"`aws kms schedule-key-deletion --pending-window-in-days 30 --key-id [0-9a-f-]{36}`$", key.instead
    )


def test_a_key_of_an_earlier_version_is_deleted_unless_this_version_was_deployed_before() -> None:
    key = one(findings("earlier-version-customerManagedKey-false"), "OrderKey", Verdict.LOSES)
    assert "deploy it with retain_on_delete=True" in key.instead


def test_a_protected_key_is_refused_with_the_command_that_lets_it_go() -> None:
    found = findings("customerManagedKey-false-protected")
    refused = one(found, "OrderKey", Verdict.REFUSED)
    urn = "urn:pulumi:dev::orders::orders:index:OrderSystem$orders:index:OrderKey$aws:kms/key:Key::OrderKey"
    assert refused.instead.endswith(f"`pulumi state unprotect '{urn}'` on the stack dev")
    assert "It stays in AWS" in refused.instead
    assert [finding for finding in found if finding.verdict is Verdict.REFUSED] == [refused]


def test_a_protected_queue_that_would_be_replaced_is_refused() -> None:
    refused = one(findings("replace-protected-queue"), "OrderQueue", Verdict.REFUSED)
    assert refused.what == "deletes or replaces OrderQueue, which is protected"
    assert "save its content, and then: `pulumi state unprotect" in refused.instead


def test_a_stack_without_protection_is_weaker_for_each_resource_that_holds_orders() -> None:
    assert of(findings("protectOrders, and back"), Verdict.WEAKENS) == {
        *("OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderEventsDLQ", "Orders"),
        *("/aws/lambda/OrderProcessor", "/aws/lambda/OrderNotifier"),
    }


def test_a_permission_that_the_function_loses_after_it_has_changed_is_no_interruption() -> None:
    found = findings("retryInvalidOrdersAtOnce")
    assert found[0].verdict is Verdict.LOOK
    assert found[0].what == "no longer allows sqs:ChangeMessageVisibility on OrderQueue"


def test_the_update_from_an_earlier_version_is_safe() -> None:
    assert {finding.verdict for finding in findings("earlier-version")} <= {Verdict.SAFE}


def test_a_preview_that_failed_is_refused_with_its_reason() -> None:
    [refused] = [one for one in findings("make the queue FIFO") if one.verdict is Verdict.REFUSED]
    assert "invalid queue name" in refused.why


def test_the_worst_finding_comes_first() -> None:
    for name in of_changes():
        ranks = [one.verdict.rank for one in findings(name)]
        assert ranks == sorted(ranks)


@given(st.sampled_from(sorted(of_changes())), st.randoms(use_true_random=False))
def test_the_order_of_the_steps_changes_no_finding_and_no_place(name: str, random: Random) -> None:
    found = json.loads(of_changes()[name])
    steps = random.sample(found.get("steps", []), k=len(found.get("steps", [])))
    one, other = (read_preview(json.dumps({**found, "steps": order})) for order in (found.get("steps", []), steps))
    assert review(one, Live()) == review(other, Live())


@given(st.sampled_from(sorted((PREVIEWS / "drift").glob("*.json"))), st.randoms(use_true_random=False))
def test_the_order_of_the_steps_changes_no_difference(path: Path, random: Random) -> None:
    found = json.loads(path.read_text())
    steps = random.sample(found["steps"], k=len(found["steps"]))
    one, other = (json.dumps({**found, "steps": order}) for order in (found["steps"], steps))
    assert read_drift(one) == read_drift(other)
