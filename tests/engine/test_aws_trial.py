"""`make try-on-aws` on the emulator: its trials find what holds, and nothing stays behind."""

from contextlib import suppress
from pathlib import Path

import pytest

from local.emulator import emulator
from ops.clients import local_clients
from tests.aws_trial.leftovers import StillThere, leftovers
from tests.aws_trial.probes import subscribed_queue
from tests.aws_trial.stack import opened
from tests.aws_trial.trial import Outcome, results
from tests.aws_trial.trials import TRIALS
from tests.engine.conftest import use_emulator
from tests.judges.claims import RUNTIMES
from tests.support.deployment import Deployment

NOT_HERE = {
    "key-use": "the emulator's alarms do nothing",
    "alarms-publish": "the emulator's alarms do nothing",
    "alarm-clears": "the emulator does not measure its queues",
    "undelivered": "the emulator delivers without asking the queue's policy",
    "dead-letter-source": "the emulator does not know who may use a dead-letter queue",
    "tls": "the emulator has no TLS",
    "dlq-growing": "the emulator's alarms do nothing",
    "metrics-namespace": "the emulator makes no metrics from the log",
    "real-provider": "the emulator does not return all values that the trial compares",
    **dict.fromkeys((f"zip-{runtime}" for runtime in RUNTIMES), "the emulator runs each function with its own Python"),
    "move-task": "the emulator has no move tasks",
    "zip-arm64": "the emulator runs each function on this machine's processor",
    "key-on-and-off": "the emulator cannot change the key of a log group",
    "key-changes": "the emulator cannot change the key of a log group",
}
FAIL_AT_ONCE = {"move-task", "dead-letter-source"}
"""Those of them that fail without a long wait. Once the emulator passes them, they do not belong there any more."""


def test_each_claim_holds_that_the_emulator_can_keep_and_nothing_is_left(tmp_path: Path) -> None:
    left_out = NOT_HERE.keys() - FAIL_AT_ONCE
    trials = {claim: attempt for claim, attempt in TRIALS.items() if claim not in left_out}
    with emulator("engine-trial") as started:
        with opened(local_clients(started.emulator_url), tmp_path) as system:
            use_emulator(system.root / f"Pulumi.{system.stack.name}.yaml", started)
            found = list(results(trials, system))
        failed = [result for result in found if result.outcome is not Outcome.PASSED]
        assert [result for result in failed if result.claim not in FAIL_AT_ONCE] == []
        assert {result.claim for result in failed} == FAIL_AT_ONCE
        assert_that_nothing_is_left(system)


def test_an_interrupted_trial_leaves_nothing_in_aws(tmp_path: Path) -> None:
    with emulator("engine-interrupted") as started:
        with suppress(KeyboardInterrupt), opened(local_clients(started.emulator_url), tmp_path) as system:
            use_emulator(system.root / f"Pulumi.{system.stack.name}.yaml", started)
            system.deploy(protectOrders="true")
            subscribed_queue(system, system.pipeline().outputs["alertTopicArn"])
            raise KeyboardInterrupt
        assert_that_nothing_is_left(system)


def test_a_destroy_that_fails_names_the_commands_that_remove_the_rest(tmp_path: Path) -> None:
    with emulator("engine-still-there") as started:
        clients = local_clients(started.emulator_url)

        def lose_the_project() -> None:
            with opened(clients, tmp_path) as system:
                clients.sqs.create_queue(QueueName=f"{system.stack.name}-subscriber")
                (system.root / "Pulumi.yaml").unlink()

        with pytest.raises(StillThere) as raised:
            lose_the_project()
        [queue] = clients.sqs.list_queues()["QueueUrls"]
    assert "\npulumi destroy --yes --stack trial-" in str(raised.value)
    assert f"\naws sqs delete-queue --queue-url {queue} --region us-east-1\n" in str(raised.value)


def assert_that_nothing_is_left(system: Deployment) -> None:
    assert leftovers(system) == []
    assert not system.clients.sqs.list_queues().get("QueueUrls")
    [key] = system.clients.kms.list_keys()["Keys"]
    assert system.clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert not system.root.exists()
