"""The error of an answer that is not AWS's, for example of another server on the emulator's port."""

from botocore.exceptions import HTTPClientError


class ForeignAnswer(HTTPClientError):
    """Like no answer at all: nobody knows what the server did with the request."""

    fmt = "{url} did not answer {operation} as AWS does"
