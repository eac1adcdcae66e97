"""Redriving letters in memory: each is sent once, and the result counts each letter once."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from ops.dead_letters.journal import journal, read_run, unfinished_runs
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.dead_letters.plan import Pace, PaceChanges, RedrivePlan, plan_redrive, resume_redrive
from ops.dead_letters.redrive import RedriveResult, run_redrive
from ops.dead_letters.timing import Timing
from tests.support.fake_system import FakeTable
from tests.support.memory_system import DLQ, QUEUE, MemorySystem, ids
from tests.support.orders import body

BODIES = [body(f"O{number}") for number in range(12)]
FAST = Pace(rate=10_000, wait=True)


def plan_for(leases: Sequence[Lease], pace: Pace = FAST) -> RedrivePlan:
    return plan_redrive(DLQ, leases, [], pace=pace, reason="calm again", chosen='{"all": true}')


def redrive(
    memory: MemorySystem,
    plan: Callable[[Look], RedrivePlan] = lambda look: plan_for(look.leases),
    *,
    timing: Timing | None = None,
) -> RedriveResult:
    with memory.look(timing) if timing else memory.look() as look:
        return run_redrive(memory.system, look, plan(look), lambda _sent, _settled: None)


def test_every_letter_is_sent_once_stored_and_deleted(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    result = redrive(memory)
    assert memory.sqs.bodies(DLQ) == []
    assert sorted(memory.sqs.bodies(QUEUE)) == sorted(BODIES)
    assert memory.sqs.table.items.keys() == {f"O{number}" for number in range(12)}
    assert sorted(ids(result.stored)) == sorted(f"m{number}" for number in range(12))
    assert result.is_complete
    assert result.counts() == {
        "sent": 12,
        "inTable": 12,
        "failedAgain": 0,
        "notFollowed": 0,
        "rejected": 0,
        "lost": 0,
        "sentBefore": 0,
        "notSent": 0,
    }


def test_the_history_records_the_run_and_its_result(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    with memory.look() as look:
        plan = plan_for(look.leases)
        run_redrive(memory.system, look, plan, lambda _sent, _settled: None)
    begun, ended = memory.logs.records
    assert (begun["history"], begun["why"], begun["journal"]) == ("redrive", "calm again", plan.journal.stem)
    assert (begun["letters"], begun["resumed"], begun["chosen"]) == (12, False, '{"all": true}')
    assert (ended["step"], ended["sent"], ended["inTable"], ended["lost"]) == ("ended", 12, 12, 0)


def test_the_journal_records_what_the_run_intends_and_its_end(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    with memory.look() as look:
        plan = plan_for(look.leases)
        run_redrive(memory.system, look, plan, lambda _sent, _settled: None)
    state = read_run(plan.journal)
    begun = {name: state.begun[name] for name in ("ids", "rate", "stopAt", "wait", "why", "chosen")}
    assert begun == {
        "ids": ids(plan.leases),
        "rate": 10_000,
        "stopAt": 0.2,
        "wait": True,
        "why": "calm again",
        "chosen": '{"all": true}',
    }
    assert (state.ended, state.deleted) == (True, set(ids(plan.leases)))


def test_the_progress_counts_each_letter_once(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    progress: list[tuple[int, int]] = []
    with memory.look() as look:
        run_redrive(memory.system, look, plan_for(look.leases), lambda sent, settled: progress.append((sent, settled)))
    assert (sum(sent for sent, _ in progress), sum(settled for _, settled in progress)) == (12, 12)


def test_letters_that_are_not_in_the_plan_are_visible_from_the_beginning(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    visible: list[set[str]] = []

    def note_visible(operation: str) -> None:
        if operation == "send_message_batch":
            now = memory.sqs.clock.now
            visible.append({one.message_id for one in memory.sqs.queues[DLQ] if one.hidden_until <= now})

    memory.sqs.before = note_visible
    result = redrive(memory, lambda look: plan_for(look.leases[:2]))
    others = {f"m{number}" for number in range(12)} - set(ids(result.stored))
    assert len(others) == 10
    assert visible == [others, others]


def test_the_oldest_letter_that_would_be_stored_is_sent_first_and_alone(memory: MemorySystem) -> None:
    bodies = [body("O0", quantity=0), *BODIES[1:]]
    memory.sqs.put(DLQ, *bodies)
    redrive(memory)
    assert memory.sent()[0] == [BODIES[1]]
    assert sorted(one for sent in memory.sent() for one in sent) == sorted(bodies)


def test_nothing_more_is_sent_if_the_order_of_the_first_letter_is_not_stored(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *(body(f"O{number}", quantity=0) for number in range(12)))
    result = redrive(memory)
    [failed] = result.failed
    assert (failed.lease.message_id, failed.reason, failed.is_back) == ("m0", "quantity must be at least 1", True)
    assert failed.copy in {message.message_id for message in memory.sqs.queues[DLQ]}
    assert result.stopped == "the order of the first letter was not stored"
    assert (len(memory.sqs.bodies(DLQ)), result.not_sent, result.is_complete) == (12, 11, False)
    assert (result.counts()["failedAgain"], result.counts()["notSent"], result.counts()["sent"]) == (1, 11, 1)
    assert result.counts()["stopped"] == result.stopped


def test_a_run_stops_if_too_many_letters_fail_again(memory: MemorySystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    memory.sqs.put(DLQ, body("O0"), *(body(f"O{number}", quantity=0) for number in range(1, 60)))
    result = redrive(memory, lambda look: plan_for(look.leases, Pace(rate=1, stop_at=0.5, wait=True)))
    assert result.stopped.endswith("% of the sent letters failed again")
    assert result.not_sent > 0
    assert len(result.stored) + len(result.failed) + result.not_sent == 60
    assert len(memory.sqs.bodies(DLQ)) == 59
    assert {len(sent) for sent in memory.sent()} == {1}, "a second allows one letter"
    assert not result.is_complete


def test_a_run_goes_on_if_as_many_letters_fail_again_as_are_allowed(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0"), body("O1", quantity=0))
    result = redrive(memory, lambda look: plan_for(look.leases, Pace(rate=10_000, stop_at=0.5, wait=True)))
    assert (result.stopped, result.not_sent, len(result.stored), len(result.failed)) == ("", 0, 1, 1)
    assert not result.is_complete


def test_letters_that_sqs_rejects_stay_and_are_reported_with_the_reason(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    memory.sqs.rejected = frozenset({BODIES[5], BODIES[11]})  # They are in two requests.
    progress: list[int] = []
    with memory.look() as look:
        result = run_redrive(memory.system, look, plan_for(look.leases), lambda sent, _settled: progress.append(sent))
    reason = "InvalidMessageContents: not like this"
    assert {(lease.message_id, why) for lease, why in result.rejected} == {("m5", reason), ("m11", reason)}
    assert (memory.sqs.bodies(DLQ), len(result.stored)) == ([BODIES[5], BODIES[11]], 10)
    assert (result.counts()["rejected"], result.counts()["sent"], result.not_sent) == (2, 10, 0)
    assert (sum(progress), result.is_complete) == (12, False)


def test_if_the_first_letter_is_lost_another_one_is_sent_first_and_alone(memory: MemorySystem) -> None:
    class SlowTable(FakeTable):
        """A table that answers so late that somebody else has the first letter meanwhile."""

        def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
            if memory.sqs.queues[DLQ][0].receipt != "somebody else's":
                memory.sqs.queues[DLQ][0].receipt = "somebody else's"
                memory.sqs.clock.now += 81
            return super().batch_get_item(RequestItems=RequestItems)

    memory.sqs.put(DLQ, *BODIES)
    memory.system.clients.dynamodb = cast("Any", SlowTable(memory.sqs.table.items))
    result = redrive(memory)
    assert (ids(result.lost), len(result.stored), result.stopped) == (["m0"], 11, "")
    assert memory.sent()[0] == [BODIES[1]]
    assert (memory.sqs.bodies(DLQ), result.is_complete) == ([BODIES[0]], False)


@pytest.mark.parametrize("wait", [False, True])
def test_a_letter_whose_result_is_unknown_is_pending(memory: MemorySystem, wait: bool) -> None:
    memory.sqs.put(DLQ, BODIES[0])
    memory.sqs.is_processing = False
    no_patience = Timing(poll_seconds=0, requests_in_flight=1, check_seconds=0, slack_seconds=-30)
    result = redrive(memory, lambda look: plan_for(look.leases, Pace(rate=10_000, wait=wait)), timing=no_patience)
    assert (ids(result.pending), result.stored, result.failed) == (["m0"], [], [])
    assert (result.counts()["sent"], result.counts()["notFollowed"]) == (1, 1)
    assert result.is_complete == (not wait)


def test_a_resumed_run_only_deletes_what_the_stopped_run_sent(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    with memory.look() as look:
        stopped = plan_for(look.leases)
    with journal(stopped.journal) as steps:
        steps.note("begun", ids=ids(stopped.leases), rate=10_000, stopAt=0.2, wait=True)
        steps.sending(["m0", "m1"])
        steps.sent({"m0": "c0", "m1": "c1"}, [])
    result = redrive(memory, lambda look: resume_redrive(look, unfinished_runs(DLQ), PaceChanges()))
    assert ids(result.sent_before) == ["m0", "m1"]
    assert (memory.sqs.bodies(DLQ), sorted(memory.sqs.bodies(QUEUE))) == ([], sorted(BODIES[2:]))
    assert (result.counts()["sentBefore"], result.counts()["sent"], result.counts()["lost"]) == (2, 10, 0)
    assert (result.is_complete, memory.logs.records[0]["resumed"]) == (True, True)
    assert memory.logs.records[-1]["sent"] == 10
    assert unfinished_runs(DLQ) == []
    steps_begun = [line for line in stopped.journal.read_text().splitlines() if '"begun"' in line]
    assert len(steps_begun) == 1


def test_a_letter_that_the_stopped_run_deleted_is_recorded_as_deleted(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)
    with memory.look() as look:
        stopped = plan_for(look.leases)
    with journal(stopped.journal) as steps:
        steps.note("begun", ids=ids(stopped.leases), rate=10_000, stopAt=0.2, wait=True)
        steps.sending(["m0"])
        steps.sent({"m0": "c0"}, [])
    del memory.sqs.queues[DLQ][0]
    result = redrive(memory, lambda look: resume_redrive(look, unfinished_runs(DLQ), PaceChanges()))
    assert (result.is_settled, read_run(stopped.journal).ended) == (True, True)
    assert "m0" in read_run(stopped.journal).deleted


def test_after_ctrl_c_the_history_has_the_number_of_sent_letters(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *BODIES)

    def press_ctrl_c(sent: int, _settled: int) -> None:
        if sent:
            raise KeyboardInterrupt

    with memory.look() as look:
        plan = plan_for(look.leases)
        with pytest.raises(KeyboardInterrupt):
            run_redrive(memory.system, look, plan, press_ctrl_c)
    stopped = memory.logs.records[-1]
    assert (stopped["step"], stopped["error"], stopped["sent"]) == ("stopped", "KeyboardInterrupt", 1)
    assert stopped["notSent"] == len(BODIES) - 1
    assert not read_run(plan.journal).ended
