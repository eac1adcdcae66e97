"""LocalStack's core: a second implementation of SNS, SQS, CloudWatch and others.

It runs functions in Docker only, so there are none. For DynamoDB it would download DynamoDB Local.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.emulator import LOOPBACK
from tests.judges import kits

HERE = Path(__file__).parent / "locked" / "localstack"
SERVICES = ("cloudwatch", "iam", "kms", "lambda", "logs", "ses", "sns", "sqs", "sts")
METRICS_SECONDS = 10
"""How often LocalStack measures its queues. AWS does so each minute."""
UNTIL_STANDARD_INPUT_ENDS = """
import os, sys, threading
from localstack.runtime.main import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main()
"""


def installed_localstack() -> Path:
    """Install LocalStack. Returns the Python of its environment. It needs Python 3.13."""
    return kits.installed_environment("localstack", "3.13", HERE) / "python"


@contextmanager
def running_localstack(python: Path) -> Iterator[str]:
    """Run LocalStack on a free loopback port. Yields its URL."""
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
        }
        ready = rf"(?s)Running on https?://({address}).*^Ready\.$"
        with kits.server("localstack", python, "-c", UNTIL_STANDARD_INPUT_ENDS, ready=ready, environment=settings):
            yield f"http://{address}"
