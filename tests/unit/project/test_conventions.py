"""What holds for the tests themselves, and for the tree."""

import ast
from pathlib import Path

import pytest

from local.project import ROOT

CONFTEST = (ROOT / "tests/conftest.py").read_text()


def test_a_test_that_asserts_nothing_fails(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.replace('pytest_plugins = ["pytester"]', ""))
    pytester.makeini("[pytest]\nenable_assertion_pass_hook = true")
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def asserting():
            assert 1

        def test_nothing():
            pass

        def test_nothing_itself(asserting):
            pass

        def test_something():
            assert 1
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:xdist")
    result.assert_outcomes(passed=1, failed=2)
    assert "the test passed without asserting anything" in result.stdout.str()


# Who may import whom, of our own packages: the arrows in docs/architecture.md.
ARROWS = {
    "bench": {"handler", "infra", "local", "ops"},
    "ci": {"infra"},
    "handler": set(),
    "infra": {"handler"},
    "local": {"handler"},
    "ops": {"handler", "local"},
}


@pytest.mark.parametrize("package", sorted(ARROWS))
def test_packages_import_each_other_only_along_the_arrows(package: str) -> None:
    imported = {
        module.split(".")[0]
        for source in (ROOT / package).rglob("*.py")
        for module in _imports(source)
        if module.split(".")[0] in ARROWS
    }
    assert imported - {package} == ARROWS[package]


def test_the_infrastructure_knows_nothing_of_the_handler_but_the_contract() -> None:
    imported = {module for source in (ROOT / "infra").glob("*.py") for module in _imports(source)}
    assert {module for module in imported if module.startswith("handler")} == {"handler.contract"}


def _imports(source: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found
