"""What a user can get wrong, as one line that says what to do, and the exit codes of every command."""

from enum import IntEnum
from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own, which is no OSError
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


class Exit(IntEnum):
    """How a command ended; docs/running.md tells of each."""

    DONE = 0
    NOT_ALL = 1
    """What was asked for is not there, or was not accepted."""
    USAGE = 2
    """The command or its input is wrong; nothing was done."""
    NO_ACCESS = 3
    """The system could not be found, reached or used."""


class UserError(Exception):
    """A mistake or a circumstance that the user can mend. The message is all that they get to see."""

    def __init__(self, message: str, exit_code: Exit = Exit.NO_ACCESS) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def no_such_stack(stack: str) -> UserError:
    return UserError(f"there is no stack {stack}: Pulumi.{stack}.yaml is missing", Exit.USAGE)


LOG_IN = "log in, for example with `aws sso login`, or name a profile in AWS_PROFILE"

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_DENIED = {
    *("AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"),
    *("KMSAccessDenied", "KMSAccessDeniedException", "KMS.AccessDeniedException"),
}
_BUSY = {"Throttled", "Throttling", "ThrottlingException", "ProvisionedThroughputExceededException", "LimitExceeded"}
_UNSUPPORTED = {"InvalidAction", "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"}
_MISSING = {
    *("ResourceNotFoundException", "NotFound", "NotFoundException"),
    *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
}


def explained(error: BotoCoreError | ClientError) -> UserError | None:
    """What AWS or the way to it says, in words for the user; None where it says of a bug."""
    match error:
        case NoCredentialsError() | PartialCredentialsError() | CredentialRetrievalError():
            return UserError(f"there are no AWS credentials: {LOG_IN}")
        case ProfileNotFound():
            return UserError(f"{error}: AWS_PROFILE has to name a profile of ~/.aws/config")
        case SSOTokenLoadError() | UnauthorizedSSOTokenError() | TokenRetrievalError():
            return UserError(f"the AWS session has expired: {LOG_IN}")
        case ConnectionError() | HTTPClientError():
            return UserError(f"{error} Is the network there, and for the local stack, does `orders local` still run?")
        case ClientError():
            return _refused(error)
        case _:
            return None


def _refused(error: ClientError) -> UserError | None:
    code, message = error.response["Error"]["Code"], " ".join(error.response["Error"].get("Message", "").split())
    forbidden = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == HTTPStatus.FORBIDDEN
    name = error.operation_name
    sayings = (
        (_EXPIRED, f"the AWS session has expired: {LOG_IN}"),
        (_UNKNOWN, f"AWS does not know these credentials ({code}): {LOG_IN}"),
        (_BUSY, f"AWS is busy ({code}): try {name} again in a moment"),
        (_MISSING, f"{name} found nothing ({code}): is this the stack's account, and is it still deployed?"),
        (_UNSUPPORTED, f"{name} cannot be done here ({code}): {message}"),
    )
    for codes, saying in sayings:
        if code in codes:
            return UserError(saying)
    # Last, because what has expired or is not known is forbidden, too.
    if code in _DENIED or forbidden:
        return UserError(f"these credentials may not {name}: {message}")
    return None
