"""The judges that run as servers, and what installs them."""

import shutil
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from tests.judges import kits
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


def test_a_judge_is_installed_once_and_again_if_its_lock_changes(tmp_path: Path) -> None:
    name, lock, installations = f"test-{uuid4()}", tmp_path / "requirements.txt", count()

    def install(folder: Path) -> None:
        assert not list(folder.iterdir())
        (folder / "number").write_text(str(next(installations)))

    try:
        numbers = []
        for content in ("a==1", "a==1", "a==2"):
            lock.write_text(content)
            numbers.append((kits.installed(name, install, lock=tmp_path) / "number").read_text())
        assert numbers == ["0", "0", "1"]
    finally:
        shutil.rmtree(kits.FOLDER / name)
        for suffix in ("installed", "lock"):
            (kits.FOLDER / f"{name}.{suffix}").unlink()
