"""What the model reads of a stack's file, and what it refuses."""

from collections.abc import Callable

import pytest

from infra.project import stack_settings
from ops import cost
from ops.capacity import inputs
from ops.capacity.inputs import CapacityInputs
from ops.cost import CostInputs
from ops.errors import InvalidInput

READERS: dict[str, Callable[[str], object]] = {"capacity": CapacityInputs.of_stack, "cost": CostInputs.of_stack}


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def change(**changes: str) -> None:
        for module in (inputs, cost):
            monkeypatch.setattr(module, "stack_settings", lambda stack: {**stack_settings(stack), **changes})

    return change


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("batchSize", "abc", "a whole number of at least 1"),
        ("batchSize", "0", "a whole number of at least 1"),
        ("maximumConcurrency", "abc", "a whole number of at least 0"),
        ("minimumPollers", "-1", "a whole number of at least 0"),
        ("processorMemoryMegabytes", "", "a whole number of at least 128"),
        ("processorArchitecture", "mips", "arm64 or x86_64"),
    ],
)
def test_a_value_that_is_none_is_named(
    changed: Callable[..., None], reader: str, key: str, value: str, problem: str
) -> None:
    changed(**{key: value})
    with pytest.raises(InvalidInput) as refused:
        READERS[reader]("dev")
    assert str(refused.value) == f"{key} is {value}, but must be {problem}"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"maximumPollers": "5", "maximumConcurrency": "0"}, "minimumPollers is 0, but must be at least 2, or 0"),
        ({"minimumPollers": "1", "maximumPollers": "1"}, "minimumPollers is 1, but must be at least 2, or 0"),
        ({"minimumPollers": "3", "maximumPollers": "2"}, "maximumPollers is 2, but must be at least minimumPollers"),
        ({"minimumPollers": "2", "maximumPollers": "5"}, "maximumConcurrency is 10, but must be 0"),
        ({"maximumConcurrency": "1"}, "maximumConcurrency is 1, but must be at least 2, or 0"),
        ({"batchSize": "100"}, "batchingWindowSeconds is 0, but must be at least 1"),
        ({"reservedConcurrency": "5"}, "reservedConcurrency is 5, but must be -1 or at least 10"),
    ],
)
def test_settings_that_the_program_refuses_are_not_simulated(
    changed: Callable[..., None], changes: dict[str, str], problem: str
) -> None:
    changed(**changes)
    with pytest.raises(InvalidInput) as refused:
        CapacityInputs.of_stack("dev")
    message = str(refused.value)
    assert message.startswith(problem)
    assert "pulumi config --stack dev set " in message
    assert "\n" not in message
