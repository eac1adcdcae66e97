"""`orders review` over previews of the real engine: the verdict, and the alias that it names."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops.review.finding import Review, Verdict
from ops.review.live import Live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.engine.conftest import Deployment

TYPE = 'super().__init__("orders:index:OrderQueue", name, {}, opts)'
RETYPED = 'super().__init__("orders:index:Queues", name, {}, opts)'
ALIASED = """super().__init__(
            "orders:index:Queues",
            name,
            {},
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(%s)),
        )"""


def reviewed(deployed: Deployment) -> Review:
    command = [*["pulumi", "preview", "--json", "--show-sames", "--non-interactive", "--stack"], deployed.stack.name]
    environment = {**os.environ, **deployed.stack.workspace.env_vars}
    ran = subprocess.run(command, cwd=deployed.root, env=environment, capture_output=True, text=True, check=False)
    return review(read_preview(ran.stdout), Live())


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
