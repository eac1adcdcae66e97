"""A system whose topics, queues, alarms, logs, roles and keys are LocalStack's."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.deployer import deploy
from local.emulator import emulator
from ops.clients import local_clients
from tests.judges.router import routed
from tests.support.pipeline import Pipeline

SERVICES = ("iam", "kms", "logs", "monitoring", "sns", "sqs", "sts")
"""The services of LocalStack, by their names in a signature. The emulator has the others."""


@contextmanager
def deployed_on(localstack: str, name: str, **settings: str) -> Iterator[Pipeline]:
    """Deploy the program with these settings changed."""
    with emulator(name) as rest, routed(dict.fromkeys(SERVICES, localstack), others=rest.emulator_url) as url:
        clients = local_clients(url)
        pipeline = Pipeline(clients, deploy(clients, settings=settings))
        for output in ("queueUrl", "deadLetterQueueUrl", "undeliveredQueueUrl"):  # LocalStack outlasts a deployment.
            clients.sqs.purge_queue(QueueUrl=pipeline.outputs[output])
        yield pipeline
