"""What the processes of the local system inherit."""

import pytest

from local.environment import inherited


def test_functions_get_no_secrets_from_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("SOME_TOKEN", "mine")
    assert not {"AWS_PROFILE", "SOME_TOKEN"} & inherited().keys()
    assert "PATH" in inherited()
