"""Letters whose leases were lost, over SQS in memory: they are neither sent nor deleted, and are reported."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.outputs import DeployedOutputs
from ops.condition import ConditionEnded, check_condition, only_while
from ops.dead_letters.archive import ArchivePlan, archive_letters, purge_letters, read_archive
from ops.dead_letters.edit import edited_letter, put_back
from ops.dead_letters.journal import Journal
from ops.dead_letters.look import Look
from ops.dead_letters.move import Mover, SendResult
from ops.dead_letters.plan import Pace, plan_redrive
from ops.dead_letters.redrive import run_redrive
from ops.dead_letters.timing import Timing
from ops.errors import NothingDone
from ops.system import System
from tests.support.fake_history import FakeHistoryLog
from tests.support.fake_sqs import Clock, FakeSQS
from tests.support.orders import body

DLQ, QUEUE = "OrderDLQ", "OrderQueue"
BODIES = [body(f"O{number}") for number in range(12)]


@pytest.fixture
def sqs() -> FakeSQS:
    sqs = FakeSQS(Clock())
    sqs.put(DLQ, *BODIES)
    sqs.queues[QUEUE] = []
    return sqs


@pytest.fixture
def logs() -> FakeHistoryLog:
    return FakeHistoryLog()


@pytest.fixture
def system(sqs: FakeSQS, logs: FakeHistoryLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sts = SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::123456789012:user/ann"})
    outputs = {"deadLetterQueueUrl": DLQ, "queueUrl": QUEUE, "logGroupName": "log"}
    return System(DeployedOutputs("dev", outputs), cast("Any", SimpleNamespace(sqs=sqs, logs=logs, sts=sts)))


@pytest.fixture
def look(sqs: FakeSQS) -> Iterator[Look]:
    timing = Timing(poll_seconds=0, requests_in_flight=1)
    with Look(cast("Any", sqs), DLQ, timing=timing, clock=sqs.clock) as look:
        yield look


def sleep(sqs: FakeSQS, *, taken: int = 0) -> None:
    """Let more time pass than a lease lasts. Meanwhile, somebody else deletes some letters."""
    sqs.clock.now += 124
    del sqs.queues[DLQ][:taken]


def move(sqs: FakeSQS, look: Look, written: Journal) -> list[SendResult]:
    return list(Mover(cast("Any", sqs), look, written, source=DLQ, target=QUEUE).move(look.leases))


def test_nothing_is_sent_after_the_leases_ended(sqs: FakeSQS, look: Look, written: Journal) -> None:
    sleep(sqs, taken=12)
    results = move(sqs, look, written)
    assert sorted(name for result in results for name in result.lost) == sorted(f"m{number}" for number in range(12))
    assert (sqs.asked("send_message_batch"), sqs.asked("delete_message_batch")) == ([], [])


def test_those_whose_lease_still_holds_are_sent(sqs: FakeSQS, look: Look, written: Journal) -> None:
    sqs.clock.now += 100
    del sqs.queues[DLQ][:3]
    results = move(sqs, look, written)
    assert sorted(name for result in results for name in result.lost) == ["m0", "m1", "m2"]
    assert (sorted(sqs.bodies(QUEUE)), sqs.bodies(DLQ)) == (sorted(BODIES[3:]), [])


def test_what_was_lost_after_it_was_sent_is_not_deleted(sqs: FakeSQS, look: Look, written: Journal) -> None:
    sqs.before = lambda operation: sleep(sqs) if operation == "send_message_batch" else None
    move(sqs, look, written)
    assert sqs.asked("delete_message_batch") == []
    assert len(sqs.bodies(DLQ)) == 12


@pytest.mark.parametrize("count", [1, 12])
def test_a_redrive_whose_leases_were_lost_sends_nothing_and_says_so(
    system: System, sqs: FakeSQS, look: Look, logs: FakeHistoryLog, count: int
) -> None:
    leases = look.leases[:count]
    plan = plan_redrive(DLQ, leases, [], pace=Pace(), reason="", chosen="")
    sleep(sqs, taken=12)
    result = run_redrive(system, look, plan, lambda _sent, _settled: None)
    assert (result.lost, result.not_sent, result.stopped, result.is_complete) == (leases, 0, "", False)
    assert (result.counts()["lost"], logs.records[-1]["lost"], sqs.bodies(QUEUE)) == (count, count, [])


def archive_plan(look: Look, path: Path, *, keep: bool = False) -> ArchivePlan:
    return ArchivePlan(path=path, leases=look.leases, keep=keep, reason="", chosen="")


@pytest.mark.parametrize("keep", [False, True])
def test_what_was_lost_is_not_archived(
    system: System, sqs: FakeSQS, look: Look, logs: FakeHistoryLog, tmp_path: Path, *, keep: bool
) -> None:
    plan = archive_plan(look, tmp_path / "letters.jsonl", keep=keep)
    sleep(sqs, taken=12)
    result = archive_letters(system, look, plan)
    assert (result.written, result.deleted, len(result.lost)) == (0, 0, 12)
    assert read_archive(plan.path).digests == {}
    assert (logs.records[-1]["step"], logs.records[-1]["lost"]) == ("ended", 12)


def test_what_was_lost_is_not_purged(
    system: System, sqs: FakeSQS, look: Look, logs: FakeHistoryLog, tmp_path: Path
) -> None:
    leases = look.leases
    archive_letters(system, look, archive_plan(look, tmp_path / "letters.jsonl", keep=True))
    sleep(sqs)
    assert purge_letters(system, look, leases, tmp_path / "letters.jsonl", reason="") == leases
    assert (sqs.bodies(DLQ), sqs.asked("delete_message_batch")) == (BODIES, [])
    assert (logs.records[-1]["deleted"], logs.records[-1]["lost"]) == (0, 12)


def test_an_edited_letter_that_was_lost_is_not_put_back(
    system: System, sqs: FakeSQS, look: Look, logs: FakeHistoryLog
) -> None:
    [lease, *_] = look.leases
    edited = edited_letter(look.letter(lease), body("O0", quantity=7))
    sleep(sqs, taken=1)
    with pytest.raises(NothingDone, match="somebody else may have it"):
        put_back(system, look, lease, edited, reason="")
    assert (len(sqs.bodies(DLQ)), sqs.asked("send_message_batch")) == (11, [])
    assert logs.records[-1]["step"] == "stopped"


def test_an_edited_letter_that_was_lost_after_it_was_sent_is_not_deleted(
    system: System, sqs: FakeSQS, look: Look, logs: FakeHistoryLog
) -> None:
    [lease, *_] = look.leases
    edited = edited_letter(look.letter(lease), body("O0", quantity=7))
    sqs.before = lambda operation: sleep(sqs) if operation == "send_message_batch" else None
    assert not put_back(system, look, lease, edited, reason="").is_deleted
    assert len(sqs.bodies(DLQ)) == 13
    assert logs.records[-1]["lost"] == 1


def test_no_attempt_of_a_request_is_made_after_its_condition_ended() -> None:
    answers = iter([True, False])
    with only_while(lambda: next(answers)):
        check_condition()
        with pytest.raises(ConditionEnded):
            check_condition()
    check_condition()
    assert list(answers) == []
