"""DynamoDB Local, AWS's own implementation of DynamoDB and its streams. It does not check IAM."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.emulator import LOOPBACK
from tests.judges import kits

HERE = Path(__file__).parent / "locked" / "dynamodb_local"


def installed_dynamodb_local() -> Path:
    """Install DynamoDB Local. Returns the folder of its libraries. It needs Java 17 or later, and Maven."""
    return kits.installed_libraries("dynamodb-local", HERE)


@contextmanager
def running_dynamodb_local(libraries: Path) -> Iterator[str]:
    """Run DynamoDB Local on a free loopback port. Yields its URL."""
    command = ("java", f"-Djava.library.path={libraries}", "-cp", f"{libraries}/*", HERE / "OnLoopback.java")
    with kits.server("dynamodb-local", *command, ready=r"listening on (\d+)") as port:
        yield f"http://{LOOPBACK}:{port}"
