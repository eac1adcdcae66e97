"""Conventions for the tests and for imports between packages."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from infra.project import ROOT

CONFTEST = (ROOT / "tests/conftest.py").read_text()


def test_a_test_that_asserts_nothing_fails(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(re.sub(r"pytest_plugins = .*", "", CONFTEST))
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


# Who may import whom, of our own packages: the arrows in docs/code.md. `ops/cli` counts as a package of its own, as
# its two commands for the local system import `local`, which imports `ops`.
ARROWS = {
    "bench": {"handler", "infra", "local", "ops"},
    "github": {"infra"},
    "handler": set(),
    "infra": {"handler"},
    "local": {"infra", "ops"},
    "ops": {"handler", "infra"},
    "ops/cli": {"handler", "infra", "local", "ops"},
}
CONTRACTS = {
    *("infra.budget", "infra.effects", "infra.links", "infra.mapping_limits", "infra.notifier_limits"),
    *("infra.outputs", "infra.project", "infra.resource_types", "infra.rules"),
}
"""The modules of `infra` that the command may import: they import neither Pulumi nor pydantic."""
USES_LOCAL = {"demo.py", "foreground.py", "local.py"}
"""The modules of `ops/cli` that start the local system."""


def sources(package: str) -> list[Path]:
    found = (ROOT / package).rglob("*.py")
    return [source for source in found if package != "ops" or "cli" not in source.parts]


@pytest.mark.parametrize("package", sorted(ARROWS))
def test_packages_import_each_other_only_along_the_arrows(package: str) -> None:
    imported = {
        "ops/cli" if _in("ops.cli", module) else module.split(".")[0]
        for source in sources(package)
        for module in _imports(source)
        if module.split(".")[0] in ARROWS
    }
    assert imported - {package} == ARROWS[package]


def test_the_infrastructure_imports_only_the_contract_of_the_handler() -> None:
    imported = {module for source in (ROOT / "infra").rglob("*.py") for module in _imports(source)}
    assert {module for module in imported if module.startswith("handler")} == {"handler.contract"}


@pytest.mark.parametrize("package", ["local", "ops", "ops/cli"])
def test_the_command_imports_only_the_contracts_of_the_infrastructure(package: str) -> None:
    imported = {module for source in sources(package) for module in _imports(source)}
    assert {module for module in imported if module.startswith("infra")} <= CONTRACTS


def test_the_contracts_import_neither_pulumi_nor_pydantic() -> None:
    imported = {module for name in CONTRACTS for module in _imports(ROOT / f"{name.replace('.', '/')}.py")}
    assert {module.split(".")[0] for module in imported} & {"pulumi", "pulumi_aws", "pydantic"} == set()
    assert {module for module in imported if _in("infra", module)} <= CONTRACTS


def test_only_the_commands_that_start_the_local_system_import_it() -> None:
    users = {source.name for source in sources("ops/cli") if any(_in("local", module) for module in _imports(source))}
    assert users == USES_LOCAL


def test_only_the_commands_the_retry_of_events_and_two_packages_import_the_logic_for_dead_letters() -> None:
    # A trace reads dead letters. The history also records what the recovery changes.
    others = [source for source in sources("ops") if not {"dead_letters", "trace", "recovery"} & set(source.parts)]
    importing = {
        str(source.relative_to(ROOT))
        for source in others
        if any(_in("ops.dead_letters", module) for module in _imports(source))
    }
    # Its looks and leases serve any queue.
    assert importing == {"ops/events/retry.py"}


def test_only_the_commands_import_typer_and_rich() -> None:
    product = [ROOT / "__main__.py", *(source for package in ARROWS for source in sources(package))]
    users = {
        str(source.parent.relative_to(ROOT))
        for source in product
        for module in _imports(source)
        if _in("typer", module) or _in("rich", module)
    }
    assert users == {"ops/cli", "ops/cli/dlq", "ops/cli/events", "ops/cli/table"}


def test_the_domain_knows_no_option_of_a_command() -> None:
    named = [
        f"{source.relative_to(ROOT)}: {node.value}"
        for source in sources("ops")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.search(r"(^|[\s(`])--[a-z]", node.value)
        and node.value not in PULUMI_OPTIONS
        and "`pulumi" not in node.value
        and "`aws" not in node.value
    ]
    assert named == []


PULUMI_OPTIONS = {
    *("--config-file", "--file", "--generate-code=false", "--json", "--no-select", "--non-interactive"),
    *("--protect=false", "--secrets-provider", "--show-sames", "--show-secrets", "--skip-preview", "--stack"),
    *("--target", "--yes"),
}
"""The options with which ops/ runs `pulumi`."""


PRINTS = {"ops/cli/output.py", "ops/cli/terminal.py"}
"""The modules of `ops/cli` that print. They escape data from outside, so all others print through them."""
DRAWS = PRINTS | {f"ops/cli/{name}.py" for name in ("demo", "dlq/chart", "foreground", "local")}
"""The modules that also print what they compose themselves: charts, and the progress of the local system."""


def test_no_command_prints_data_from_outside_without_escapes() -> None:
    calls = [
        (str(source.relative_to(ROOT)), ast.unparse(node.func))
        for source in (ROOT / "ops").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call)
    ]
    directly = re.compile(r"print|(typer|click)\.s?echo|(sys\.)?(stdout|stderr)\.write(lines)?")
    drawing = re.compile(r"(\w*console|Console\(.*\))\.(print|out|log)|(\w+\.)?(Text|Markdown|Panel)(\.\w+)?")
    assert [call for call in calls if directly.fullmatch(call[1]) and call[0] not in PRINTS] == []
    assert [call for call in calls if drawing.fullmatch(call[1]) and call[0] not in DRAWS] == []
    assert {module for module, name in calls if directly.fullmatch(name)} == {"ops/cli/output.py"}


def test_every_text_in_a_table_of_the_command_is_a_constant_a_number_or_a_cell() -> None:
    # rich reads a plain `str` as markup, and a line break in it begins a new row.
    plain = [
        f"{source.relative_to(ROOT)}: {ast.unparse(argument)}"
        for source in (ROOT / "ops/cli").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_row")
        for argument in node.args
        if isinstance(argument, ast.Attribute)
    ]
    assert plain == []


@pytest.mark.parametrize("group", ["ops/cli", "ops/cli/dlq"])
def test_every_command_has_a_file_of_its_name(group: str) -> None:
    table = import_module(f"{group.replace('/', '.')}{'.main' if group == 'ops/cli' else ''}").COMMANDS
    for name, command in table.items():
        module = command.target.partition(":")[0]
        assert module.rpartition(".")[2] == ("dlq" if name == "dead-letters" else name)
        assert callable(getattr(import_module(module), command.target.partition(":")[2]))


def _in(package: str, module: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _imports(source: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {_module(node.module or "", name.name) for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def _module(package: str, name: str) -> str:
    """The module that `from package import name` imports: `name` itself if it is a module of ours."""
    file = ROOT.joinpath(*package.split("."), f"{name}.py")
    return f"{package}.{name}" if file.is_file() else package
