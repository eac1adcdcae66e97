"""Errors that a user can fix become one line. Bugs keep their traceback."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    EndpointConnectionError,
    InfiniteLoopConfigError,
    InvalidRetryModeError,
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOTokenLoadError,
)

from ops.cli.exit_codes import Exit, exit_code_of
from ops.cost import CostInputs
from ops.errors import InvalidInput, explain_aws_error, is_unsupported
from ops.system import deployed_system


def refused(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Publish")


KNOWN: dict[str, tuple[BotoCoreError | ClientError, str]] = {
    "no credentials": (NoCredentialsError(), "there are no AWS credentials: log in"),
    "an unknown profile": (ProfileNotFound(profile="x"), "AWS_PROFILE has to name a profile"),
    "a damaged configuration": (
        ConfigParseError(path="/home/x/.aws/config"),
        "Unable to parse config file: /home/x/.aws/config: correct the AWS configuration, or name another file",
    ),
    "a configuration that names itself": (
        InfiniteLoopConfigError(source_profile="x", visited_profiles=["x"]),
        "Infinite loop in credential configuration detected.",
    ),
    "a configuration with an invalid value": (
        InvalidRetryModeError(provided_retry_mode="x", valid_modes=[]),
        "Invalid",
    ),
    "an expired login": (SSOTokenLoadError(profile_name="x", error_msg="old"), "the AWS session has expired: log in"),
    "an expired token": (refused("ExpiredToken"), "the AWS session has expired: log in"),
    "an unknown key": (refused("InvalidClientTokenId"), "AWS does not know these credentials (InvalidClientTokenId)"),
    "no permission": (refused("AccessDenied", "not allowed"), "these credentials may not call Publish: not allowed"),
    "gone": (refused("NotFound"), "Publish found nothing (NotFound): check that this is the stack's account"),
    "no permission for the key": (refused("KMSAccessDenied", "no"), "these credentials may not call Publish: no"),
    "throttling": (refused("ThrottlingException"), "AWS is busy (ThrottlingException): try Publish again"),
    "a failure of AWS": (
        ClientError({"Error": {"Code": "500"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "Publish"),  # type: ignore[typeddict-item]
        "AWS failed to answer Publish (500): try again",
    ),
    "no answer": (ReadTimeoutError(endpoint_url="https://x"), "check the network"),
    "no network": (EndpointConnectionError(endpoint_url="https://x"), "check the network"),
}


@pytest.mark.parametrize(("error", "expected"), KNOWN.values(), ids=KNOWN)
def test_what_the_user_can_mend_is_one_line_that_says_how(error: BotoCoreError | ClientError, expected: str) -> None:
    user_error = explain_aws_error(error)
    assert user_error is not None
    assert expected in str(user_error)
    assert "\n" not in str(user_error)
    assert exit_code_of(user_error) is Exit.NO_ACCESS


@pytest.mark.parametrize("error", [refused("ValidationException"), ParamValidationError(report="x")])
def test_what_says_of_a_bug_is_left_to_its_traceback(error: BotoCoreError | ClientError) -> None:
    assert explain_aws_error(error) is None


def test_a_request_that_an_emulator_does_not_know_is_named_whatever_its_code() -> None:
    not_implemented: Any = {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 501}}
    for error in refused("InvalidAction"), ClientError(not_implemented, "Publish"):
        assert is_unsupported(error)
        assert str(explain_aws_error(error)).startswith("this system does not support Publish (")
    assert not is_unsupported(refused("AccessDenied"))


@pytest.mark.parametrize("stack", ["nowhere", "", "a" * 300, "a\0b", "../dev"], ids=ascii)
@pytest.mark.parametrize("read", [deployed_system, CostInputs.of_stack])
def test_a_name_that_no_stack_has_is_one_line(read: Callable[[str], object], stack: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read(stack)
    [line] = raised.value.lines
    assert line.startswith(f"there is no stack {stack}, because")
