"""The message group of a dead letter on the emulator: every command that sends a letter keeps it."""

from pathlib import Path

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, new_id, only_dead
from tests.support.orders import body


def test_edit_archive_and_restore_keep_the_message_group(dlq: Orders, queues: OrderQueues, tmp_path: Path) -> None:
    order_id, file = new_id(), str(tmp_path / "letters.jsonl")
    queues.clients.sqs.send_message(
        QueueUrl=queues.dead_letters, MessageBody=body(order_id, quantity=0), MessageGroupId="U123"
    )
    assert dlq("edit", order_id, "--set", "quantity=2", "--confirm").code == Exit.DONE
    assert only_dead(queues).system["MessageGroupId"] == "U123"
    assert dlq("archive", file, order_id, "--confirm").code == Exit.DONE
    assert dlq("restore", file, "--confirm").code == Exit.DONE
    assert only_dead(queues).system["MessageGroupId"] == "U123"
