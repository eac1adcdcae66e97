"""The trials of `make try-on-aws`: none is forgotten, and none keeps the others from being tried."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops.clients import Clients
from tests.aws_trial.__main__ import main, rest, show
from tests.aws_trial.changes import values_are_as_declared
from tests.aws_trial.failures import PERIOD, another_queue_may_not_use_the_dead_letter_queue, has_stopped_growing
from tests.aws_trial.trial import Attempt, NotDeployed, Outcome, Result, results
from tests.aws_trial.trials import BY_PERSON, TRIALS
from tests.judges.claims import CLAIMS
from tests.support.deployment import Deployment
from tests.support.no_credentials import remove_credentials

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from pulumi.automation import Stack

NO_SYSTEM = cast("Deployment", None)
"""The attempts here look at no system."""


def test_each_claim_has_a_trial_or_a_reason_why_a_person_looks() -> None:
    assert TRIALS.keys() | BY_PERSON.keys() == CLAIMS.keys()
    assert TRIALS.keys() & BY_PERSON.keys() == set()


def passes(_: Deployment) -> str:
    return "it held"


def fails(_: Deployment) -> str:
    raise AssertionError("it did not hold")


def is_interrupted(_: Deployment) -> str:
    raise KeyboardInterrupt


def is_not_deployed(_: Deployment) -> str:
    raise NotDeployed("AccessDenied")


PASSED, FAILED, NOT_TRIED, BY_A_PERSON = Outcome


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        (
            {"a": fails, "b": passes},
            [Result("a", FAILED, "AssertionError: it did not hold"), Result("b", PASSED, "it held")],
        ),
        (
            {"a": is_interrupted, "b": passes},
            [Result(claim, NOT_TRIED, "you stopped the trial") for claim in ("a", "b")],
        ),
        (
            {"a": is_not_deployed, "b": passes},
            [Result("a", FAILED, "AccessDenied"), Result("b", NOT_TRIED, "the stack was not deployed")],
        ),
    ],
    ids=["failure", "Ctrl-C", "no stack"],
)
def test_the_result_of_each_claim(trials: Mapping[str, Attempt], expected: list[Result]) -> None:
    assert list(results(trials, NO_SYSTEM)) == expected


def test_an_attempt_for_two_claims_runs_once() -> None:
    calls = []

    def attempt(system: Deployment) -> str:
        calls.append(system)
        return "once"

    assert [result.claim for result in results({"a": attempt, "b": attempt}, NO_SYSTEM)] == ["a", "b"]
    assert len(calls) == 1


def test_what_the_command_did_not_reach_and_what_a_person_tries_is_in_the_table_too() -> None:
    reached = Result("destroy", PASSED, "nothing is left")
    others = {result.claim: result.outcome for result in rest([reached])}
    assert others.keys() == CLAIMS.keys() - {"destroy"}
    assert (others["autonaming"], others["dashboard"]) == (NOT_TRIED, BY_A_PERSON)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Pulumi CLI on PATH, which nothing here runs, and a Region."""
    (tmp_path / "pulumi").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@pytest.mark.usefixtures("cli")
@pytest.mark.parametrize(
    ("variable", "said"),
    [("AWS_REGION", "AWS_REGION is not set, but names the Region"), ("PATH", "`pulumi` is not on PATH, but deploys")],
)
def test_without_a_region_or_the_cli_nothing_is_asked(
    variable: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(variable)
    with mock_aws():
        assert main() == 1
    told = capsys.readouterr()
    assert (told.out, told.err.startswith(said)) == ("", True)


def test_everything_that_is_missing_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("AWS_REGION", "PATH"):
        monkeypatch.delenv(variable, raising=False)
    remove_credentials(monkeypatch)
    assert main() == 1
    told = capsys.readouterr().err
    assert [part in told for part in ("AWS_REGION", "`pulumi`", "get-caller-identity")] == [True, True, True]


@pytest.mark.usefixtures("cli")
def test_without_credentials_the_command_to_try_first_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remove_credentials(monkeypatch)
    assert main() == 1
    assert capsys.readouterr().err == (
        "AWS does not know who you are: Unable to locate credentials\n"
        "  `aws sts get-caller-identity` must succeed first\n"
    )


@pytest.mark.usefixtures("cli")
@pytest.mark.parametrize("answer", ["no\n", "\n", ""], ids=["no", "nothing", "no terminal"])
def test_the_account_is_shown_and_without_a_yes_nothing_is_deployed(
    answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(answer))
    with mock_aws():
        assert main() == 1
    said = capsys.readouterr().out
    assert said.startswith("Account 123456789012, Region eu-west-1, as arn:aws:sts::123456789012:")
    assert said.endswith("nothing was deployed\n")


@pytest.mark.parametrize(
    ("letters", "expected"),
    [([1, 1, 1], True), ([0, 1, 1], False), ([1, 1, 2], False), ([0, 0, 0], False), ([2, 2], False)],
)
def test_a_second_letter_comes_only_after_the_first_one_has_waited_for_two_periods(
    letters: Sequence[int], expected: bool
) -> None:
    dead_letters = SimpleNamespace(value="https://sqs.test/1/OrderDLQ")
    stack = SimpleNamespace(outputs=lambda: {"deadLetterQueueUrl": dead_letters})
    last = datetime.now(UTC) - timedelta(seconds=5)
    with mock_aws():
        system = Deployment(Path(), Clients("eu-west-1"), cast("Stack", stack))
        for age, count in enumerate(reversed(letters)):
            measured: MetricDatumTypeDef = {
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": "OrderDLQ"}],
                "Timestamp": last - age * PERIOD,
                "Value": count,
            }
            system.clients.cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[measured])
        assert has_stopped_growing(system) is expected


def values_with(unreserved: int) -> tuple[Mapping[str, str], str]:
    """Try the values in an account with this much unreserved concurrency. Returns the settings, and what happened."""
    deployed: list[Mapping[str, str]] = []

    def reserved(**_: object) -> dict[str, int]:
        settings = deployed[-1]
        return {"ReservedConcurrentExecutions": 2} if "reservedConcurrency" in settings else {}

    recovery = {"PointInTimeRecoveryDescription": {"RecoveryPeriodInDays": 7}}
    mappings = [{"ScalingConfig": {"MaximumConcurrency": 2}}]
    clients = SimpleNamespace(
        dynamodb=SimpleNamespace(
            describe_continuous_backups=lambda **_: {"ContinuousBackupsDescription": recovery},
        ),
        lambda_=SimpleNamespace(
            get_account_settings=lambda: {"AccountLimit": {"UnreservedConcurrentExecutions": unreserved}},
            list_event_source_mappings=lambda **_: {"EventSourceMappings": mappings},
            get_function_concurrency=reserved,
        ),
    )
    system = SimpleNamespace(
        clients=clients,
        deploy=lambda **settings: deployed.append(settings),
        pipeline=lambda: SimpleNamespace(outputs={"tableName": "Orders", "processorName": "OrderProcessor"}),
    )
    happened = values_are_as_declared(cast("Deployment", system))
    return deployed[0], happened


def test_concurrency_is_reserved_only_in_an_account_that_has_enough_and_the_result_says_so() -> None:
    enough, tried = values_with(102)
    too_little, not_tried = values_with(101)
    assert enough.keys() - too_little.keys() == {"reservedConcurrency"}
    assert tried.endswith("; not tried: other values, the emulator")
    assert "not tried: reservedConcurrency, because the account has only 101 unreserved" in not_tried


class RefusingSqs:
    """SQS that gives this answer to a queue which wants to use OrderDLQ. Without a code, it accepts it."""

    def __init__(self, code: str | None) -> None:
        self.code = code

    def create_queue(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 - the name of AWS
        return {"QueueUrl": f"https://sqs.test/1/{QueueName}"}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: Sequence[str]) -> dict[str, dict[str, str]]:  # noqa: N803
        return {"Attributes": dict.fromkeys(AttributeNames, QueueUrl)}

    def set_queue_attributes(self, *, QueueUrl: str, Attributes: Mapping[str, str]) -> None:  # noqa: N803
        if self.code and "OrderDLQ" in Attributes["RedrivePolicy"]:
            raise ClientError({"Error": {"Code": self.code, "Message": f"not {QueueUrl}"}}, "SetQueueAttributes")


def uses_the_dead_letter_queue(code: str | None) -> str:
    pipeline = SimpleNamespace(outputs={"deadLetterQueueUrl": "https://sqs.test/1/OrderDLQ"})
    system = SimpleNamespace(
        clients=SimpleNamespace(sqs=RefusingSqs(code)), stack=SimpleNamespace(name="trial"), pipeline=lambda: pipeline
    )
    return another_queue_may_not_use_the_dead_letter_queue(cast("Deployment", system))


def test_a_queue_that_is_refused_the_dead_letter_queue_holds_the_claim() -> None:
    assert uses_the_dead_letter_queue("InvalidParameterValue") == "SQS refused it: not https://sqs.test/1/trial-source"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDenied", "SQS refused it for another reason"),
        ("RequestThrottled", "SQS refused it for another reason"),
        (None, "another queue uses OrderDLQ"),
    ],
)
def test_another_error_of_sqs_does_not_hold_the_claim_of_the_dead_letter_queue(code: str | None, said: str) -> None:
    with pytest.raises(AssertionError) as raised:
        uses_the_dead_letter_queue(code)
    assert said in str(raised.value)


def test_the_table_shows_the_claim_and_what_happened_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    show([Result("destroy", FAILED, "[bold] is no markup")])
    shown = " ".join(capsys.readouterr().out.split())
    assert "[bold] is no markup" in shown
    assert "failed" in shown
