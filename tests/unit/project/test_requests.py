"""A test fails if it sends a request that AWS's service models do not allow, even if botocore accepts it."""

from collections.abc import Callable, Sequence
from textwrap import dedent
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from infra import resource_types as types
from infra.project import ROOT
from tests.judges.judge import Judge
from tests.support.arns import REGION, arn
from tests.support.request_plugin import REQUESTS

pytestmark = pytest.mark.judged(Judge.BOTOCORE, "provider-properties")

FUNCTION = "OrderProcessor"
FUNCTION_ARN = arn(types.FUNCTION, FUNCTION)
MAPPING = "12345678-1234-1234-1234-123456789012"


def send(service: str, operation: str, **request: Any) -> None:
    """Send a request that nobody receives."""
    session = Session()
    session.set_credentials("key", "key")
    client = session.create_client(service, region_name=REGION)
    with Stubber(client) as stubber:
        stubber.add_response(operation, {})
        getattr(client, operation)(**request)


def flaws_of(service: str, operation: str, **request: Any) -> list[str]:
    """Send a request, and return what the check says about it."""
    send(service, operation, **request)
    return REQUESTS.flaws()


@pytest.mark.parametrize(
    ("service", "operation", "request_", "flaw"),
    [
        (
            *("lambda", "update_function_configuration", {"FunctionName": FUNCTION, "MemorySize": 10**6}),
            "lambda UpdateFunctionConfiguration: input.MemorySize: the value 1000000 is not within 128..",
        ),
        (
            *("logs", "put_retention_policy", {"logGroupName": "x" * 513, "retentionInDays": 14}),
            "logs PutRetentionPolicy: input.logGroupName: the length 513 is not within 1..512",
        ),
        (
            *("lambda", "get_function", {"FunctionName": "order processor"}),
            "lambda GetFunction: input.FunctionName: 'order processor' does not match",
        ),
        (
            *("lambda", "update_function_configuration", {"FunctionName": FUNCTION, "Runtime": "python2"}),
            "lambda UpdateFunctionConfiguration: input.Runtime: 'python2' is none of",
        ),
    ],
    ids=["range", "length", "pattern", "choice"],
)
def test_a_request_beyond_a_limit_is_noticed(service: str, operation: str, request_: dict[str, Any], flaw: str) -> None:
    [found] = flaws_of(service, operation, **request_)
    assert found.startswith(flaw)


def test_limits_inside_lists_structures_unions_and_maps_are_noticed() -> None:
    alarm, item = {"PromQLCriteria": {"Query": "x" * 10001}}, {"details": {"M": {"x" * 65536: {"S": ""}}}}
    found = [
        *flaws_of("lambda", "update_event_source_mapping", UUID=MAPPING, FunctionResponseTypes=["Nothing"]),
        *flaws_of("lambda", "update_event_source_mapping", UUID=MAPPING, ScalingConfig={"MaximumConcurrency": 10**6}),
        *flaws_of("lambda", "tag_resource", Resource=FUNCTION_ARN, Tags={"x" * 129: "y"}),
        *flaws_of("lambda", "tag_resource", Resource=FUNCTION_ARN, Tags={"team": "orders!"}),
        *flaws_of(
            "logs", "tag_resource", resourceArn=arn(types.LOG_GROUP, "one"), tags=dict.fromkeys(map(str, range(51)), "")
        ),
        *flaws_of("iam", "tag_role", RoleName="one", Tags=[{"Key": "team!", "Value": ""}]),
        *flaws_of("iam", "tag_role", RoleName="one", Tags=[{"Key": "team", "Value": ""}] * 51),
        *flaws_of("cloudwatch", "put_metric_alarm", AlarmName="one", EvaluationCriteria=alarm),
        *flaws_of("dynamodb", "put_item", TableName="one", Item=item),
    ]
    assert [one.split(": ")[1] for one in found] == [
        "input.FunctionResponseTypes.0",
        "input.ScalingConfig.MaximumConcurrency",
        f"input.Tags.key {'x' * 129}",
        "input.Tags.team",
        "input.tags",
        "input.Tags.0.Key",
        "input.Tags",
        "input.EvaluationCriteria.PromQLCriteria.Query",
        f"input.Item.details.M.key {'x' * 65536}",
    ]


@pytest.mark.parametrize("value", ["orders", "Bestellungen für Köln 1/2", "注文_1"])
def test_a_tag_may_contain_the_letters_of_any_language(value: str) -> None:
    assert flaws_of("lambda", "tag_resource", Resource=FUNCTION_ARN, Tags={"team": value}) == []


def test_a_request_within_the_limits_is_not_noticed() -> None:
    assert flaws_of("lambda", "update_function_configuration", FunctionName=FUNCTION, Timeout=5) == []


SEND = """
import pytest
from tests.unit.project.test_requests import flawed_request

"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Run tests that can send a flawed request, with the plugin and with options. They print nothing else."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(tests: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(SEND + dedent(tests))
        return pytester.runpytest_subprocess("-p", "tests.support.request_plugin", *options)

    return run


def flawed_request() -> None:
    send("lambda", "get_function", FunctionName="order processor")


FLAW = "lambda GetFunction: input.FunctionName: 'order processor' does not match"


def test_the_plugin_fails_the_test_that_sends_the_request(run: Callable[..., pytest.RunResult]) -> None:
    result = run(
        """
        def test_flawed():
            flawed_request()

        def test_next():
            pass
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert FLAW in result.stdout.str()


def test_a_test_that_fails_anyway_shows_its_own_flaws_and_leaves_none(run: Callable[..., pytest.RunResult]) -> None:
    result = run(
        """
        def test_flawed():
            flawed_request()
            assert False, "the cause"

        def test_next():
            pass
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert "the cause" in result.stdout.str()
    assert FLAW in result.stdout.str()


@pytest.mark.parametrize(("before", "after"), [("flawed_request()", ""), ("", "flawed_request()")])
def test_a_request_of_a_fixture_is_an_error_of_its_test(
    run: Callable[..., pytest.RunResult], before: str, after: str
) -> None:
    result = run(
        f"""
        @pytest.fixture
        def fixture():
            {before}
            yield
            {after}

        def test_flawed(fixture):
            pass

        def test_next():
            pass
        """
    )
    result.assert_outcomes(passed=1 if before else 2, errors=1)
    assert FLAW in result.stdout.str()


@pytest.mark.parametrize(
    ("options", "is_worker"), [(("-p", "no:xdist"), False), (("-n", "2"), True)], ids=["one process", "workers"]
)
def test_a_request_after_the_last_test_fails_the_run(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, options: Sequence[str], is_worker: bool
) -> None:
    pytester.makeconftest(
        SEND
        + dedent(
            f"""
            @pytest.hookimpl(tryfirst=True)
            def pytest_sessionfinish(session):
                if hasattr(session.config, "workerinput") is {is_worker}:
                    flawed_request()
            """
        )
    )
    result = run("def test_passes(): pass", *options)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert f"after the last test: {FLAW}" in result.stdout.str()
