"""What a user can get wrong is one line; what is a bug is not."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOTokenLoadError,
)

from ops.errors import Exit, explained


def refused(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Publish")


KNOWN: dict[str, tuple[BotoCoreError | ClientError, str]] = {
    "no credentials": (NoCredentialsError(), "there are no AWS credentials: log in"),
    "an unknown profile": (ProfileNotFound(profile="x"), "AWS_PROFILE has to name a profile"),
    "an expired login": (SSOTokenLoadError(profile_name="x", error_msg="old"), "the AWS session has expired: log in"),
    "an expired token": (refused("ExpiredToken"), "the AWS session has expired: log in"),
    "an unknown key": (refused("InvalidClientTokenId"), "AWS does not know these credentials (InvalidClientTokenId)"),
    "no permission": (refused("AccessDenied", "not allowed"), "these credentials may not Publish: not allowed"),
    "gone": (refused("NotFound"), "Publish found nothing (NotFound): is this the stack's account"),
    "no permission for the key": (refused("KMSAccessDenied", "no"), "these credentials may not Publish: no"),
    "throttling": (refused("ThrottlingException"), "AWS is busy (ThrottlingException): try Publish again"),
    "no answer": (ReadTimeoutError(endpoint_url="https://x"), "Is the network there"),
    "no network": (EndpointConnectionError(endpoint_url="https://x"), "Is the network there"),
}


@pytest.mark.parametrize(("error", "told"), KNOWN.values(), ids=KNOWN)
def test_what_the_user_can_mend_is_one_line_that_says_how(error: BotoCoreError | ClientError, told: str) -> None:
    user_error = explained(error)
    assert user_error is not None
    assert told in str(user_error)
    assert "\n" not in str(user_error)
    assert user_error.exit_code is Exit.NO_ACCESS


@pytest.mark.parametrize("error", [refused("ValidationException"), ParamValidationError(report="x")])
def test_what_says_of_a_bug_is_left_to_its_traceback(error: BotoCoreError | ClientError) -> None:
    assert explained(error) is None
