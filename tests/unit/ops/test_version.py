"""The version in the status."""

import base64
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.outputs import DeployedOutputs, DeployedVersion
from ops.cli.status import version_rows
from ops.clients import Clients
from ops.system import System
from ops.version import read_version
from tests.support.fake_system import NOON

DIGEST = "ab" * 32
RECORDED = {"commit": "c0ffee", "deployedBy": "ann", "packageSha256": DIGEST}


def system(outputs: dict[str, Any], running: str = DIGEST) -> System:
    answer = {
        "CodeSha256": base64.b64encode(bytes.fromhex(running)).decode(),
        "LastModified": "2025-05-03T12:00:00.000+0000",
    }
    functions = SimpleNamespace(get_function_configuration=lambda **_request: answer)
    clients = cast("Clients", SimpleNamespace(lambda_=functions))
    return System(DeployedOutputs("dev", {"processorName": "P", **outputs}), clients)


def rows(system: System) -> list[str]:
    return [text.plain for _, text in version_rows(read_version(system))]


def test_the_version_is_that_of_the_outputs_and_the_time_that_of_the_function() -> None:
    found = read_version(system(RECORDED))
    assert found.deployed == DeployedVersion(commit="c0ffee", by="ann", package_sha256=DIGEST)
    assert (found.function_changed, found.is_other) == (NOON, False)


def test_the_status_shows_the_version() -> None:
    assert rows(system(RECORDED)) == ["c0ffee by ann", "zip abababababab, function changed 2025-05-03 12:00:00Z"]


def test_code_that_was_not_deployed_is_told() -> None:
    found = system(RECORDED, "cd" * 32)
    assert read_version(found).is_other
    assert rows(found)[-1].startswith("not the zip that was deployed: ")


@pytest.mark.parametrize("missing", ["commit", "deployedBy"])
def test_a_stack_of_an_older_program_has_no_version_and_the_status_works(missing: str) -> None:
    found = system({key: value for key, value in RECORDED.items() if key != missing})
    assert (read_version(found).deployed, read_version(found).is_other) == (None, False)
    assert rows(found)[0] == "not recorded: deploy again"
