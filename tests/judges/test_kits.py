"""The judges that run as servers, and what installs them."""

from pathlib import Path

import pytest

from tests.support.processes import listening_addresses, needs_proc


@needs_proc
@pytest.mark.parametrize("judge", ["dynamodb_local", "elasticmq", "localstack"])
def test_a_judge_listens_on_loopback_only(judge: str, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(judge)
    found = {address for process in _children() for address in listening_addresses(process)}
    # Java listens at IPv4 addresses in their IPv6 form.
    addresses = {address.removeprefix("::ffff:") for address in found}
    assert url.removeprefix("http://") in addresses
    assert all(address.startswith("127.0.0.1:") for address in addresses), addresses


def _children() -> list[int]:
    return [int(child) for path in Path("/proc/self/task").glob("*/children") for child in path.read_text().split()]
