"""The tables of docs/conformance.md are complete, and say why a difference of the emulator does not matter."""

import importlib
import inspect

import pytest
from botocore.exceptions import ClientError

from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.held import HELD
from tests.judges.conformance.implementations import EMULATOR, HAVE, SERVICES, recorded
from tests.judges.conformance.page import conformance, differing

NOWHERE = Aws(None)


def test_each_implementation_has_an_outcome_for_each_case() -> None:
    found = {
        service: {name: set(outcomes) for name, outcomes in by_name.items()} for service, by_name in recorded().items()
    }
    assert found == {
        service.name: {name: set(service.cases) for name, services in HAVE.items() if service in services}
        for service in SERVICES
    }


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: str(service.name))
def test_each_difference_of_the_emulator_is_held_by_tests(service: Service) -> None:
    assert differing(service, recorded()[service.name][EMULATOR]) == list(HELD[service.name])


@pytest.mark.parametrize(
    "test", sorted({test for cases in HELD.values() for held in cases.values() for test in held.tests})
)
def test_a_test_that_holds_a_difference_exists_and_has_no_skip_of_its_own(test: str) -> None:
    file, _, name = test.partition("::")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    function = getattr(module, name)
    marks = {mark.name for one in (module, function) for mark in getattr(one, "pytestmark", [])}
    assert not marks & {"skip", "skipif", "xfail"}
    assert "skip(" not in inspect.getsource(function)


def test_a_cell_says_what_an_implementation_does_instead() -> None:
    outcomes = recorded()
    [case] = [case for case in SERVICES[0].cases.values() if case.documented == "BatchEntryIdsNotDistinct"]
    before = next(line for line in conformance(outcomes).splitlines() if line.startswith(f"| {case.text}"))
    changed = {**outcomes, "SQS": {**outcomes["SQS"], EMULATOR: {**outcomes["SQS"][EMULATOR], "same_id_twice": "lost"}}}
    after = next(line for line in conformance(changed).splitlines() if line.startswith(f"| {case.text}"))
    assert before.count("✓") == after.count("✓") + 1
    assert "| ✗ `lost` |" in after


def test_an_unexpected_error_of_a_case_is_its_outcome() -> None:
    service = Service("S")

    @service.case("refuses", source="", documented="accepted")
    def refused(_aws: Aws) -> str:
        raise ClientError({"Error": {"Code": "AWS.SimpleQueueService.Refused", "Message": ""}}, "Send")

    @service.case("implemented", source="", documented="accepted")
    def missing(_aws: Aws) -> str:
        raise NotImplementedError

    assert service.outcomes(NOWHERE) == {"refused": "Refused", "missing": "not implemented"}
