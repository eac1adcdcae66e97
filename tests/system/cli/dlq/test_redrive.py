"""`orders dlq redrive` on the emulator."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.project import ROOT
from ops import pacer
from ops.cli.exit_codes import Exit
from ops.table import get_order
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill, new_id, poison, store
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_without_confirm_a_redrive_tells_what_would_come_of_it_and_sends_nothing(
    dlq: Orders, queues: OrderQueues
) -> None:
    new, known = new_id(), new_id()
    store(queues, body(known))
    bodies = [body(new), body(known), body("T-bad", quantity=0)]
    fill(queues, *bodies)
    [answered] = dlq("redrive", "--all", "--json").json
    assert answered == {"wouldSend": 3, "wouldComeTo": {"stored": 1, "duplicate": 1, "invalid": 1}}
    ran = dlq("redrive", "--all")
    assert ran.code == Exit.DONE
    assert ran.out.startswith("a redrive of 3 of 3 dead letters would:\n")
    assert ran.out.endswith("nothing was sent: add --confirm to send\n")
    assert dead(queues) == sorted(bodies)
    assert queues.hidden(queues.source) + queues.visible(queues.source) == 0


def test_an_edited_order_gets_into_the_table(dlq: Orders, queues: OrderQueues, pipeline: Pipeline) -> None:
    order_id = new_id()
    poison(pipeline, queues, body(order_id, quantity=0))
    assert dlq("edit", order_id, "--set", "quantity=4", "--confirm").code == Exit.DONE
    [listed] = dlq("list", "--json").json
    assert listed["reason"] == "quantity must be at least 1"
    ran = dlq("redrive", order_id, "--confirm", "--wait")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert f"in the table: {order_id}\n" in ran.out
    stored = pipeline.order(order_id)
    assert stored
    assert stored["quantity"] == 4
    assert queues.visible(queues.dead_letters) + queues.hidden(queues.dead_letters) == 0


def test_a_run_that_ctrl_c_stopped_says_how_to_go_on_and_goes_on_at_the_pace_that_is_asked(
    dlq: Orders, queues: OrderQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_id() for _ in range(12)]
    fill(queues, *map(body, ids))
    sleeps: list[float] = []

    def stop_at_the_fifth(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pacer, "time", SimpleNamespace(sleep=stop_at_the_fifth, monotonic=time.monotonic))
        ran = dlq("redrive", "--all", "--confirm", "--rate", "1")
    assert (ran.code, ran.err) == (
        130,
        "stopped after 4 of 12 letters were sent: `orders dlq redrive --resume` continues with the rest\n",
    )
    ran = dlq("redrive", "--resume", "--wait", "--rate", "100")
    assert (ran.code, ran.err) == (
        Exit.DONE,
        "a stopped run sent 4 letters before: this run does not follow them, and they can fail again\n",
    )
    sent_before = 4
    assert f"sent {12 - sent_before}: {12 - sent_before} in the table, 0 failed again, 0 unknown" in ran.out
    assert dlq("redrive", "--resume").code == Exit.INCOMPLETE
    begun, stopped, goes_on, _ = dlq("history", "--json", "--since", "1h").json[-4:]
    assert stopped["sent"] == sent_before == stopped["inTable"] + stopped["failedAgain"] + stopped["notFollowed"]
    assert begun["chosen"] == goes_on["chosen"] == '{"all": true}'
    eventually(
        lambda: all(get_order(queues.clients.dynamodb, queues.outputs["tableName"], one) for one in ids), "all orders"
    )


ORDERS = """
import pathlib, sys
from ops import local_system
local_system.RECORD = pathlib.Path(sys.argv.pop(1))
from ops.cli.main import main
main()
"""


@pytest.mark.usefixtures("dlq")
def test_two_redrives_at_once_bring_every_order_into_the_table(
    queues: OrderQueues, pipeline: Pipeline, tmp_path: Path
) -> None:
    ids = [new_id() for _ in range(60)]
    fill(queues, *map(body, ids))
    command = [sys.executable, "-c", ORDERS, str(tmp_path / "running.json"), "dlq", "redrive", "--all", "--confirm"]
    runs = [
        subprocess.Popen(
            [*command, "--wait", "--json"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [(run.communicate(), run.returncode) for run in runs]
    sent = 0
    for (out, err), code in ended:
        # One redrive may have sent all letters before the other one started.
        assert code == Exit.DONE or "no dead letter matches" in err, err
        sent += json.loads(out)["inTable"] if out else 0
    assert sent == 60
    assert all(pipeline.order(order_id) for order_id in ids)
    assert queues.visible(queues.dead_letters) + queues.hidden(queues.dead_letters) == 0
    eventually(lambda: not queues.visible(queues.source) + queues.hidden(queues.source), "an empty queue")
