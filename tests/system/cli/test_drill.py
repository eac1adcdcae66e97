"""`orders drill` on the emulator: each fault, found by what it does to orders, mended, and named at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from local.deployer import deploy
from ops.cli.dlq import looking
from ops.cli.exit_codes import Exit
from ops.dead_letters.timing import Timing
from ops.drill import record
from ops.drill.drill import PUBLISHED_ORDERS
from ops.drill.faults import FAULTS, Fault, fault_of
from ops.samples import invalid_orders
from tests.support.command import Orders
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


@pytest.fixture
def drill(here: Orders, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Orders:
    """Run the command on a system with empty queues."""
    monkeypatch.chdir(tmp_path)  # The archive of dead letters is here.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(looking, "TIMING", Timing(poll_seconds=0, check_seconds=0.2))
    monkeypatch.setattr(record, "RECORD", tmp_path / "drill.json")
    eventually(lambda: pipeline.waiting("queueUrl") == 0, "an empty queue")
    pipeline.clients.sqs.purge_queue(QueueUrl=pipeline.outputs["deadLetterQueueUrl"])
    return here


@dataclass(frozen=True, slots=True)
class Symptom:
    """What a fault does to the orders of the drill, and the command that sends them on their way again."""

    dead_letters: int
    remedy: Sequence[str] = ()


SLOW_SECONDS = 180
"""How long orders may take until they are dead letters: the emulator pauses after each batch that fails as a whole."""
REDRIVE = ("dlq", "redrive", "--all", "--confirm", "--wait")
SYMPTOMS = {
    "invalid orders": Symptom(len(list(invalid_orders())), ("dlq", "archive", "letters.jsonl", "--all", "--confirm")),
    "another table": Symptom(PUBLISHED_ORDERS, REDRIVE),
    "another entry point": Symptom(PUBLISHED_ORDERS, REDRIVE),
    "disabled mapping": Symptom(0, ("resume", "--confirm")),
    "no concurrency": Symptom(0),
}
"""The symptom of each fault, in the sequence of the faults."""


def healthy(drill: Orders) -> str | None:
    """Return what a check says, or None if something is still wrong."""
    ran = drill("drill", "--check")
    return ran.out if ran.code == Exit.DONE else None


@pytest.mark.parametrize(("fault", "symptom"), list(zip(FAULTS, SYMPTOMS.values(), strict=True)), ids=list(SYMPTOMS))
def test_a_fault_is_mended_with_the_runbook_and_named_at_the_end(
    fault: Fault, symptom: Symptom, drill: Orders, pipeline: Pipeline
) -> None:
    seed = next(seed for seed in count() if fault_of(seed) is fault)
    started = drill("drill", "--seed", str(seed))
    assert (started.code, fault.what in started.out) == (Exit.DONE, False)
    eventually(lambda: pipeline.waiting("deadLetterQueueUrl") == symptom.dead_letters, "the dead letters", SLOW_SECONDS)
    broken = drill("drill", "--check")
    assert (broken.code, fault.what in broken.out) == (Exit.INCOMPLETE, False)

    deploy(pipeline.clients)
    if symptom.remedy:
        remedied = drill(*symptom.remedy)
        assert remedied.code == Exit.DONE, remedied.out
    eventually(lambda: pipeline.waiting("queueUrl") == 0, "an empty queue")
    # On a busy machine, the first order after a deployment may take longer than one check waits.
    mended = eventually(lambda: healthy(drill), "a healthy system")
    assert fault.what in mended
    assert drill("drill", "--check").code == Exit.INCOMPLETE, "the drill is over"
