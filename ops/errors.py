"""Problems that the user can solve, as errors whose message names the solution, on one line as a rule."""

import errno
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.project import stack_names

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError


class UserError(Exception):
    """A problem that the user can solve. The message is all that they see. Raise one of the subclasses.

    Each argument is one line of the message, and may contain data from outside.
    """

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(map(str, self.args))


class InvalidInput(UserError):
    """The request or its input is wrong. Nothing was done."""


class NothingDone(UserError):
    """The request is valid, but the resource that it names does not exist, or its state does not allow the action."""


class NoAccess(UserError):
    """The system or a file cannot be found, reached or used."""


def check_stack(stack: str) -> None:
    """Raises InvalidInput if there is no such stack. A name that no file can have is no such stack."""
    if stack not in (names := stack_names()):
        problem = f"there is no stack {stack}, because Pulumi.{stack}.yaml is missing"
        raise InvalidInput(f"{problem}: name one of {', '.join(names)}")


LOG_IN = "log in, for example with `aws sso login`, or name a profile in AWS_PROFILE"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_DENIED = {
    *("AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"),
    *("KMSAccessDenied", "KMSAccessDeniedException", "KMS.AccessDeniedException"),
}
_BUSY = {
    *("Throttled", "Throttling", "ThrottlingException", "ProvisionedThroughputExceededException", "LimitExceeded"),
    "ResourceInUseException",  # Lambda still makes the last change.
}
_UNSUPPORTED = {"InvalidAction", "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"}
_MISSING = {
    *("ResourceNotFoundException", "NotFound", "NotFoundException"),
    *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
}


def explain_full_disk(error: OSError) -> UserError | None:
    """Translate an error of a write to a disk that has no room. None means a bug."""
    if error.errno not in _FULL:
        return None
    return NoAccess(f"{error.filename or 'the output or a file'} cannot be written: {error.strerror}")


def explain_aws_error(error: "BotoCoreError | ClientError") -> UserError | None:
    """Translate an AWS or network error for the user. None means a bug."""
    # Imported on use: commands that succeed never need these classes.
    from botocore import exceptions as aws  # noqa: PLC0415

    match error:
        case aws.NoCredentialsError() | aws.PartialCredentialsError() | aws.CredentialRetrievalError():
            return NoAccess(f"there are no AWS credentials: {LOG_IN}")
        case aws.ProfileNotFound():
            return NoAccess(f"{error}: AWS_PROFILE has to name a profile of ~/.aws/config")
        case aws.ConfigParseError() | aws.InvalidConfigError() | aws.InvalidRetryConfigurationError():
            problem = " ".join(str(error).split()).removesuffix(".")
            return NoAccess(f"{problem}: correct the AWS configuration, or name another file in AWS_CONFIG_FILE")
        case aws.SSOTokenLoadError() | aws.UnauthorizedSSOTokenError() | aws.TokenRetrievalError():
            return NoAccess(f"the AWS session has expired: {LOG_IN}")
        case aws.ConnectionError() | aws.HTTPClientError():
            problem = str(error).removesuffix(".")
            return NoAccess(f"{problem}: check the network; for the local system, check that `orders local` still runs")
        case _:
            return _explain_response(error) if isinstance(error, aws.ClientError) else None


def may_pass(error: "BotoCoreError | ClientError") -> bool:
    """Whether the same request may succeed later: the network or the service failed, or it is busy."""
    from botocore import exceptions as aws  # noqa: PLC0415 - see above

    if isinstance(error, aws.ClientError):
        return error.response["Error"]["Code"] in _BUSY or _status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, aws.ConnectionError | aws.HTTPClientError)


def is_silence(error: Exception) -> bool:
    """Whether nobody answered in time."""
    from botocore import exceptions as aws  # noqa: PLC0415 - see above

    return isinstance(error, aws.ConnectTimeoutError | aws.ReadTimeoutError)


def is_unsupported(error: "ClientError") -> bool:
    """Whether a system does not know the request: an emulator, or a Region that lacks a feature."""
    return error.response["Error"]["Code"] in _UNSUPPORTED or _status(error) == HTTPStatus.NOT_IMPLEMENTED


def _status(error: "ClientError") -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _explain_response(error: "ClientError") -> UserError | None:
    code, message = error.response["Error"]["Code"], " ".join(error.response["Error"].get("Message", "").split())
    forbidden = _status(error) == HTTPStatus.FORBIDDEN
    name = error.operation_name
    if is_unsupported(error):
        return NoAccess(f"this system does not support {name} ({code}): {message}")
    if _status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoAccess(f"AWS failed to answer {name} ({code}): try again in a moment. {message}".rstrip())
    explanations = (
        (_EXPIRED, f"the AWS session has expired: {LOG_IN}"),
        (_UNKNOWN, f"AWS does not know these credentials ({code}): {LOG_IN}"),
        (_BUSY, f"AWS is busy ({code}): try {name} again in a moment"),
        (_MISSING, f"{name} found nothing ({code}): check that this is the stack's account and that it is deployed"),
    )
    for codes, explanation in explanations:
        if code in codes:
            return NoAccess(explanation)
    # Checked last, because AWS also answers 403 to expired and unknown credentials.
    if code in _DENIED or forbidden:
        return NoAccess(f"these credentials may not call {name}: {message}")
    return None
