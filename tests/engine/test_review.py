"""`orders review` over previews of the real engine: the verdict, and the alias that it names."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops.review.finding import Review, Verdict
from ops.review.live import Live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.engine.conftest import Deploy
from tests.support.deployment import Deployment

TYPE = 'super().__init__("orders:index:OrderQueue", name, as_inputs(settings), opts)'
RETYPED = TYPE.replace("OrderQueue", "Queues")
RECORDED = re.compile(r"name, (as_inputs\([\w.]+\)|inputs), ")
"""The inputs of a component."""
ALIASED = """super().__init__(
            "orders:index:Queues",
            name,
            as_inputs(settings),
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(%s)),
        )"""


def reviewed(deployed: Deployment) -> Review:
    return review(read_preview(deployed.preview("--show-sames")), Live())


@contextmanager
def changed(path: Path, before: str, after: str) -> Iterator[None]:
    source = path.read_text()
    assert before in source
    path.write_text(source.replace(before, after))
    try:
        yield
    finally:
        path.write_text(source)


@pytest.mark.parametrize(
    ("setting", "value", "verdict"),
    [
        ("batchSize", "5", Verdict.SAFE),
        ("messageRetentionSeconds", "500000", Verdict.SAFE),
        ("messageRetentionSeconds", "172800", Verdict.LOSES),
        ("pointInTimeRecoveryDays", "7", Verdict.WEAKENS),
        ("customerManagedKey", "true", Verdict.INTERRUPTS),
        ("orderEventsFifo", "true", Verdict.INTERRUPTS),
        ("eventRetrySeconds", "7200", Verdict.WEAKENS),
        ("notifyAddresses", "shop@example.com", Verdict.SAFE),
        ("logRetentionDays", "3", Verdict.REFUSED),
    ],
)
def test_the_verdict_of_a_setting(deployed: Deployment, setting: str, value: str, verdict: Verdict) -> None:
    deployed.set(setting, value)
    try:
        assert reviewed(deployed).verdict is verdict
    finally:
        deployed.reset(setting)


def test_a_component_of_another_type_loses_the_queues_and_the_alias_that_the_review_names_keeps_them(
    deployed: Deployment,
) -> None:
    path = deployed.root / "infra/queue.py"
    with changed(path, TYPE, RETYPED):
        found = reviewed(deployed)
    assert found.verdict is Verdict.LOSES
    [queue] = [one for one in found.findings if one.resource == "OrderQueue" and one.verdict is Verdict.LOSES]
    alias = queue.instead.partition(": ")[2]
    with changed(path, TYPE, ALIASED % alias):
        assert reviewed(deployed).verdict is Verdict.SAFE


def test_a_renamed_queue_loses_its_orders_and_the_alias_that_the_review_names_keeps_it(deployed: Deployment) -> None:
    path = deployed.root / "infra/queue.py"
    name = ("self.queue = self._order_queue(name, ", 'self.queue = self._order_queue("Renamed", ')
    with changed(path, *name):
        found = reviewed(deployed)
        [queue] = [one for one in found.findings if one.resource == "OrderQueue" and one.verdict is Verdict.LOSES]
        alias = queue.instead.rpartition(": ")[2]
        options = f"opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions({alias}))"
        last = "            **encryption(key),\n            opts=self._child,\n        )\n\n    def _close"
        with changed(path, last, last.replace("opts=self._child", options)):
            assert reviewed(deployed).verdict is Verdict.SAFE


def test_a_review_names_the_setting_the_files_and_the_place_in_the_program(deployed: Deployment) -> None:
    deployed.set("batchSize", "5")
    source, table = deployed.root / "handler/order.py", deployed.root / "infra/table.py"
    try:
        with (
            changed(source, "import re", "import re  # changed"),
            changed(table, "hash_key=", 'table_class="STANDARD_INFREQUENT_ACCESS", hash_key='),
        ):
            found = reviewed(deployed)
    finally:
        deployed.reset("batchSize")
    causes = {one.what: one.cause for one in found.findings}
    assert causes["changes the batches of OrderProcessor"] == "batchSize"
    assert causes["changes the code of OrderProcessor: handler/order.py"] == "the files of the zip file"
    assert causes["changes the class of Orders"].startswith("the program, infra/table.py line ")
    [setting] = found.settings
    assert (setting.before, setting.after, setting.resources) == ("10", "5", ["event source mapping OrderProcessor"])
    assert "capacity: 20.0 → 10.0 orders a second if every batch is slow" in found.consequences


def test_a_stack_of_a_program_without_recorded_settings_is_compared_after_its_next_deployment(
    fresh: Deployment,
) -> None:
    sources = {path: path.read_text() for path in (fresh.root / "infra").glob("*.py")}
    for path, source in sources.items():
        path.write_text(RECORDED.sub("name, {}, ", source))
    fresh.stack.up()
    for path, source in sources.items():
        path.write_text(source)
    code = fresh.root / "handler/order.py"
    code.write_text(code.read_text() + "# changed\n")
    found = reviewed(fresh)
    assert sorted(one.what for one in found.findings) == [
        f"changes the code of {name}: the files before are not recorded yet"
        for name in ("OrderNotifier", "OrderProcessor")
    ]
    assert found.settings == []
    assert [one.partition(":")[0] for one in found.consequences] == ["the state does not contain any setting yet"]


SECOND = """        aws.lambda_.EventSourceMapping(
            f"{name}Second", event_source_arn=reads.queue.arn, function_name=self.function.arn, opts=opts
        )
        aws.lambda_.EventSourceMapping(
            name,"""


def test_a_second_reader_is_found(deployed: Deployment) -> None:
    mapping = "        aws.lambda_.EventSourceMapping(\n            name,"
    with changed(deployed.root / "infra/processor.py", mapping, SECOND):
        assert reviewed(deployed).verdict is Verdict.LOSES


def test_a_protected_table_is_not_replaced(deployed: Deployment) -> None:
    path = deployed.root / "infra/table.py"
    deployed.set("protectOrders", "true")
    deployed.stack.up()
    try:
        with changed(path, "hash_key=PARTITION_KEY", 'hash_key="a"'), changed(path, ": PARTITION_KEY", ': "a"'):
            found = reviewed(deployed)
    finally:
        deployed.reset("protectOrders")
        deployed.stack.up()
    assert found.verdict is Verdict.REFUSED
    assert found.findings[0].instead.startswith("Keep the resource as it is.")


def test_a_retained_queue_stays_in_aws_when_it_leaves_the_stack(fresh: Deployment) -> None:
    path = fresh.root / "infra/queue.py"
    last = "            **encryption(key),\n            opts=self._child,\n        )\n\n    def _close"
    retained = "opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True)"
    path.write_text(path.read_text().replace(last, last.replace("opts=self._child", retained)))
    fresh.stack.up()
    url = fresh.stack.outputs()["queueUrl"].value
    path.write_text(path.read_text().replace("self._order_queue(name, ", 'self._order_queue("Other", '))
    [queue] = [one for one in reviewed(fresh).findings if one.what.startswith("queue OrderQueue leaves")]
    fresh.stack.up()
    assert queue.verdict is Verdict.INTERRUPTS
    assert url in fresh.clients.sqs.list_queues()["QueueUrls"]


def test_a_subscription_that_is_created_again_before_it_is_deleted_is_gone(deploy: Deploy) -> None:
    with deploy("prod") as opened:
        opened.stack.up()
        path = opened.root / "infra/subscription.py"
        options = "opts=pulumi.ResourceOptions(parent=self, depends_on=after"
        with (
            changed(path, options, f'{options}, replace_on_changes=["rawMessageDelivery"]'),
            changed(path, "raw_message_delivery=True", "raw_message_delivery=False"),
        ):
            found = reviewed(opened)
            opened.stack.up()
        left = opened.clients.sns.list_subscriptions()["Subscriptions"]
    [one] = [one for one in found.findings if one.verdict is Verdict.LOSES]
    assert (
        one.why
        == "A topic has one subscription for each endpoint. SNS returns the one that exists, and it is then deleted."
    )
    assert left == []
