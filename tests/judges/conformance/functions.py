"""Functions for cases."""

import io
import json
import zipfile
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

FILE = "main.py"
HANDLER = "main.handler"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to an invocation."""

    status: int
    payload: str
    function_error: str | None
    log: str

    @property
    def document(self) -> dict[str, Any]:
        """The payload of an error."""
        found = json.loads(self.payload)
        assert isinstance(found, dict), self.payload
        return found


@dataclass(frozen=True)
class Function:
    """A function, and the request that cases need."""

    name: str
    invoke: Callable[[Any], Answer]


def created_function(
    client: Any, iam: Any, name: str, source: str, timeout: int, variables: Mapping[str, str]
) -> Function:
    """Create a function. Returns it when it can be invoked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr(FILE, source)
    client.create_function(
        FunctionName=name,
        Role=_role(iam),
        Runtime="python3.12",
        Handler=HANDLER,
        Code={"ZipFile": packed.getvalue()},
        Timeout=timeout,
        Environment={"Variables": variables},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return Function(name, partial(_invoke, client, name))


def _invoke(client: Any, name: str, event: Any) -> Answer:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    return Answer(
        status=answer["StatusCode"],
        payload=answer["Payload"].read().decode(),
        function_error=answer.get("FunctionError"),
        log=b64decode(answer.get("LogResult", "")).decode(),
    )


def _role(iam: Any) -> str:
    """A role that Lambda can assume: one for all functions."""
    name = "conformance"
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])
