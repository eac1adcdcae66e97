"""The types and the required members of requests, as botocore's service models state them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.session import get_session
from botocore.validate import ParamValidator


@cache
def _model(service: str) -> ServiceModel:
    return get_session().get_service_model(service)


def check_request(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Fail the test if a request is not valid. The code under test does not catch this failure."""
    shape = _model(service).operation_model(operation).input_shape
    assert shape, "the operation takes parameters"
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        pytest.fail(f"{service} {operation}: {report.generate_report()}")
