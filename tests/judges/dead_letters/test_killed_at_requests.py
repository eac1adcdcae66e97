"""`orders dlq` killed before and after each of its requests, on LocalStack.

LocalStack cannot notice at which step between two requests the command is killed. test_killed.py has all steps.
"""
# ruff: noqa: F403 - pytest collects the imported tests

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.clients import Clients
from tests.judges.dead_letters.queues import clients_over
from tests.judges.judge import Judge
from tests.support.dead_letters import OrderQueues
from tests.support.killing import ForkedCommand
from tests.system.cli.dlq.killed import test_archive as archive
from tests.system.cli.dlq.killed import test_redrive as redrive
from tests.system.cli.dlq.killed import test_restore as restore
from tests.system.cli.dlq.killed.test_stopped import *

pytestmark = pytest.mark.judged(Judge.LOCALSTACK, "dead-letter-tool")

# The points before and after requests. The tests of the commands that are not killed assert them.
OF_ARCHIVE = [1, 2, 3, 4, 5, 6, 15, 16, 17, 18]
OF_REDRIVE = [1, 2, 3, 4, 5, 6, 15, 16, 20, 21]
LATER_IN_REDRIVE = range(25, redrive.REDRIVE_POINTS + 1, 4)
"""After the first batch, a redrive sends several batches at once, and their points have no fixed order."""
OF_RESTORE = [6, 7, 14, 15]


@pytest.fixture(scope="module")
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with clients_over("localstack", request) as clients:
        yield clients


def requests_in(folder: Path) -> list[int]:
    """The points of the command before and after requests."""
    points = (folder / "points").read_text().splitlines()
    return [number for number, name in enumerate(points, 1) if "Message" in name]


@pytest.mark.parametrize("point", OF_ARCHIVE)
def test_an_archive_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    archive.test_an_archive_that_is_killed_loses_nothing_and_is_finished(orders, queues, tmp_path, point)


def test_an_archive_that_is_not_killed_keeps_each_letter_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    archive.test_an_archive_that_is_not_killed_keeps_each_letter_once(orders, queues, tmp_path)
    assert requests_in(tmp_path) == OF_ARCHIVE


@pytest.mark.parametrize("point", [*OF_REDRIVE, *LATER_IN_REDRIVE])
def test_a_redrive_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    redrive.test_a_redrive_that_is_killed_loses_nothing_and_is_finished(orders, queues, tmp_path, point)


def test_a_redrive_that_is_not_killed_sends_each_letter_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    redrive.test_a_redrive_that_is_not_killed_sends_each_letter_once(orders, queues, tmp_path)
    assert [point for point in requests_in(tmp_path) if point < LATER_IN_REDRIVE.start] == OF_REDRIVE


@pytest.mark.parametrize("point", OF_RESTORE)
def test_a_restore_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    restore.test_a_restore_that_is_killed_loses_nothing_and_is_finished(orders, queues, tmp_path, point)


def test_a_restore_that_is_not_killed_sends_each_letter_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    restore.test_a_restore_that_is_not_killed_sends_each_letter_once(orders, queues, tmp_path)
    assert requests_in(tmp_path) == OF_RESTORE
