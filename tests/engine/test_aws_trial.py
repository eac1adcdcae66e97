"""`make try-on-aws` on the emulator: its trials find what holds, and nothing stays behind."""

from contextlib import suppress
from pathlib import Path

from local.emulator import emulator
from ops.clients import local_clients
from tests.aws_trial import changes
from tests.aws_trial.probes import subscribed_queue
from tests.aws_trial.stack import leftovers, opened
from tests.aws_trial.trial import Outcome, results
from tests.aws_trial.trials import TRIALS
from tests.engine.conftest import use_emulator
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
    "zip-runs": "the emulator runs each function with its own Python",
    "zip-python314": "the emulator runs each function with its own Python",
    "move-task": "the emulator has no move tasks",
    "zip-arm64": "the emulator runs each function on this machine's processor",
    "key-on-and-off": "the emulator cannot change the key of a log group",
    "key-changes": "the emulator cannot change the key of a log group",
}


def test_each_claim_holds_that_the_emulator_can_keep_and_nothing_is_left(tmp_path: Path) -> None:
    # The emulator does not return all values that the whole trial compares.
    possible = {**TRIALS, "real-provider": changes.an_unconfirmed_subscription_is_removed}
    trials = {claim: attempt for claim, attempt in possible.items() if claim not in NOT_HERE}
    with emulator("engine-trial") as started:
        with opened(local_clients(started.emulator_url), tmp_path) as system:
            use_emulator(system.root / f"Pulumi.{system.stack.name}.yaml", started)
            found = list(results(trials, system))
        assert [result for result in found if result.outcome is not Outcome.PASSED] == []
        assert_that_nothing_is_left(system)


def test_an_interrupted_trial_leaves_nothing_in_aws(tmp_path: Path) -> None:
    with emulator("engine-interrupted") as started:
        with suppress(KeyboardInterrupt), opened(local_clients(started.emulator_url), tmp_path) as system:
            use_emulator(system.root / f"Pulumi.{system.stack.name}.yaml", started)
            system.deploy(protectOrders="true")
            subscribed_queue(system, system.pipeline().outputs["alertTopicArn"])
            raise KeyboardInterrupt
        assert_that_nothing_is_left(system)


def assert_that_nothing_is_left(system: Deployment) -> None:
    assert leftovers(system) == []
    assert not system.clients.sqs.list_queues().get("QueueUrls")
    [key] = system.clients.kms.list_keys()["Keys"]
    assert system.clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert not system.root.exists()
