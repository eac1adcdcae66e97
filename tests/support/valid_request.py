"""The limits of requests, as AWS's service models in botocore state them.

botocore itself checks types, required members and minima. The models also have maxima, patterns and choices.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator

UNICODE = {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"}
"""The classes of characters in the patterns of tags, which Python's `re` lacks. These patterns also allow `_`."""


class RequestCheck:
    """Checks the requests of all botocore clients that this process creates from now on."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()
        """How often each operation of each service was requested."""
        self._flaws: list[str] = []

    def install(self) -> None:
        """Let botocore call the check before it builds a request. Each new session takes the handlers of this list."""
        BUILTIN_HANDLERS.append(("before-parameter-build", self._check))

    def flaws(self) -> list[str]:
        """Return the flaws of all requests since the last call. The code under test cannot catch them."""
        found, self._flaws = self._flaws, []
        return found

    def _check(self, *, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        service = model.service_model.service_name
        self.seen[service, model.name] += 1
        if model.input_shape:
            self._flaws.extend(f"{service} {model.name}: {flaw}" for flaw in flaws(params, model.input_shape))


def check_request(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Fail the test if a request is not valid. The code under test does not catch this failure."""
    shape = _model(service).operation_model(operation).input_shape
    assert shape, "the operation takes parameters"
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        pytest.fail(f"{service} {operation}: {report.generate_report()}")
    for flaw in flaws(request, shape):
        pytest.fail(f"{service} {operation}: {flaw}")


@cache
def _model(service: str) -> ServiceModel:
    return get_session().get_service_model(service)


def flaws(value: Any, shape: Shape, name: str = "input") -> Iterator[str]:
    """Yield what the model forbids in a value: its length, range, pattern or choice. botocore checks its type."""
    limits = shape.metadata
    size = value if isinstance(value, int | float) else len(value) if hasattr(value, "__len__") else None
    if size is not None and not limits.get("min", size) <= size <= limits.get("max", size):
        what = "value" if size is value else "length"
        yield f"{name}: the {what} {size} is not within {limits.get('min', '')}..{limits.get('max', '')}"
    if isinstance(value, str) and not _matches(limits.get("pattern"), value):
        yield f"{name}: {value!r} does not match {limits['pattern']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"{name}: {value!r} is none of {', '.join(limits['enum'])}"
    for inner, of, key in _parts(value, shape):
        yield from flaws(inner, of, f"{name}.{key}")


def _parts(value: Any, shape: Shape) -> Iterator[tuple[Any, Shape, str]]:
    match shape, value:
        case StructureShape(), dict():
            for key in value.keys() & shape.members.keys():
                yield value[key], shape.members[key], key
        case ListShape(), list() | tuple():
            for place, inner in enumerate(value):
                yield inner, shape.member, str(place)
        case MapShape(), dict():
            for key, inner in value.items():
                yield key, shape.key, f"key {key}"
                yield inner, shape.value, key


def _matches(pattern: str | None, value: str) -> bool:
    expression = _compiled(pattern) if pattern else None
    return expression is None or expression.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> "re.Pattern[str] | None":
    for name, characters in UNICODE.items():
        pattern = pattern.replace(name, characters)
    return None if r"\p{" in pattern else re.compile(pattern)
