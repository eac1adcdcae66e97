"""LocalStack's core: a second implementation of SNS, SQS, CloudWatch, Lambda's event source mappings and others.

Beside it, functions run in AWS's Lambda runtime, and DynamoDB Local has the tables (localstack_server.py).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from local.emulator import LOOPBACK
from tests.judges import kits
from tests.judges.aws_lambda.bootstrap import Bootstrap, installed_bootstrap_of_this_python
from tests.judges.dynamodb_local import installed_dynamodb_local, running_dynamodb_local

HERE = Path(__file__).parent / "locked" / "localstack"
SERVER = Path(__file__).with_name("localstack_server.py")
SERVICES = ("cloudwatch", "iam", "kms", "logs", "ses", "sns", "sqs", "sts")
SERVICES_WITH_FUNCTIONS = (*SERVICES, "dynamodb", "dynamodbstreams", "lambda", "s3")
"""S3 contains the code of functions."""
METRICS_SECONDS = 10
"""How often LocalStack measures its queues. AWS does so each minute."""


def installed_localstack() -> Path:
    """Install LocalStack. Returns the Python of its environment. It needs Python 3.13."""
    return kits.installed_environment("localstack", "3.13", HERE) / "python"


class WithFunctions(NamedTuple):
    """What LocalStack needs to run functions."""

    python: Path
    """That of LocalStack's environment."""
    bootstrap: Bootstrap
    dynamodb_local: Path


def installed_localstack_with_functions() -> WithFunctions:
    return WithFunctions(installed_localstack(), installed_bootstrap_of_this_python(), installed_dynamodb_local())


def _with_functions(bootstrap: Bootstrap, dynamodb_url: str) -> Mapping[str, str]:
    """The settings with which LocalStack has tables, and runs each function on the Python of the bootstrap."""
    return {
        "SERVICES": ",".join(SERVICES_WITH_FUNCTIONS),
        "LAMBDA_EMULATOR": str(bootstrap.emulator),
        "LAMBDA_PYTHON": str(bootstrap.python),
        "LAMBDA_PACKAGES": str(bootstrap.packages),
        "LAMBDA_SYNCHRONOUS_CREATE": "1",
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.1",
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.5",
        "DYNAMODB_LOCAL_PORT": dynamodb_url.rpartition(":")[2],
        "PROVIDER_OVERRIDE_DYNAMODB": "v2",  # It leaves the streams to DynamoDB Local, too.
        "PROVIDER_OVERRIDE_DYNAMODBSTREAMS": "v2",
    }


@contextmanager
def running_localstack(python: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run LocalStack on a free loopback port, with more settings. Yields its URL."""
    address = f"{LOOPBACK}:{kits.free_port()}"
    with TemporaryDirectory(prefix="orders-localstack-") as folder:
        settings = {
            "GATEWAY_LISTEN": address,
            "LOCALSTACK_HOST": address,
            "GATEWAY_SERVER": "hypercorn",  # The default server listens on every interface.
            "SERVICES": ",".join(SERVICES),
            "EAGER_SERVICE_LOADING": "1",  # At its first request, loading can take longer than a client waits.
            "SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL": str(METRICS_SECONDS),
            "SQS_ENDPOINT_STRATEGY": "path",  # Names in the default strategy need a name server.
            "DISABLE_EVENTS": "1",
            "DNS_ADDRESS": "0",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            # In a container it would take itself for its own image, and use the same files as any other LocalStack.
            "OVERRIDE_IN_DOCKER": "0",
            "FILESYSTEM_ROOT": folder,
            "TMPDIR": folder,
            "HOME": folder,
            **(more or {}),
        }
        ready = rf"(?ms)\A(?=.*Running on https?://({address}))(?=.*^Ready\.$)"  # in either sequence
        # Without -P, this file's folder would hide LocalStack's package.
        with kits.server("localstack", python, "-P", SERVER, ready=ready, environment=settings):
            yield f"http://{address}"


@contextmanager
def running_localstack_with_functions(kit: WithFunctions) -> Iterator[str]:
    """Run LocalStack with functions, beside a DynamoDB Local of its own. Yields the URL of LocalStack."""
    with (
        running_dynamodb_local(kit.dynamodb_local) as tables,
        running_localstack(kit.python, _with_functions(kit.bootstrap, tables)) as url,
    ):
        yield url
