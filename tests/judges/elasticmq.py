"""ElasticMQ, a second implementation of SQS. It has no retention period and no redrive allow policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.judges import kits

HERE = Path(__file__).parent / "locked" / "elasticmq"


def installed_elasticmq() -> Path:
    """Install ElasticMQ. Returns the folder of its libraries."""
    return kits.installed_libraries("elasticmq", HERE)


@contextmanager
def running_elasticmq(libraries: Path) -> Iterator[str]:
    """Run ElasticMQ on a free loopback port. Yields its URL."""
    configuration = f"-Dconfig.file={HERE / 'loopback.conf'}"
    command = ("java", configuration, "-cp", f"{libraries}/*", HERE / "OnLoopback.java")
    with kits.server("elasticmq", *command, ready=r"bind address (127\.0\.0\.1:\d+)") as address:
        yield f"http://{address}"
