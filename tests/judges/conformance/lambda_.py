"""Cases of Lambda: responses, errors, the timeout, and what a function knows."""

import json
import re

from botocore.exceptions import ClientError

from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.functions import Answer

LAMBDA = Service("Lambda", at_once=4)
API = "Lambda API Reference"
GUIDE = "Lambda Developer Guide"
SOURCE = """
import os, time
count = 0

def handler(event, context):
    global count
    count += 1
    return eval(event)
"""
"""The event is the Python expression of the response."""
TRIES = 5
MIB_6 = 6 * 1024 * 1024
VARIABLES = (
    "_HANDLER",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "LAMBDA_TASK_ROOT",
)
"""Variables that the runtime sets for each function."""


def _answer(aws: Aws, event: str, *, source: str = SOURCE, timeout: int = 3) -> Answer:
    return aws.function(source, timeout=timeout).invoke(event)


def _log(aws: Aws, event: str) -> str:
    """Return the log of an invocation. The emulator waits 50 ms for its first line: an empty log is no answer."""
    function = aws.function(SOURCE, timeout=3)
    return next(filter(None, (function.invoke(event).log for _ in range(TRIES))), "")


@LAMBDA.case(
    "The response is the handler's return value as JSON",
    source=f"{GUIDE}, Define Lambda function handler in Python",
    documented='{"a": [1, null]}',
)
def response(aws: Aws) -> str:
    return _answer(aws, "{'a': [1, None]}").payload


@LAMBDA.case(
    "Without a return value, the response is null",
    source=f"{GUIDE}, Define Lambda function handler in Python",
    documented="null",
)
def no_response(aws: Aws) -> str:
    return _answer(aws, "None").payload


@LAMBDA.case(
    "A return value that JSON does not have is an error",
    source=f"{GUIDE}, Define Lambda function handler in Python",
    documented="Runtime.MarshalError",
)
def no_json(aws: Aws) -> str:
    return str(_answer(aws, "{1}").document["errorType"])


@LAMBDA.case(
    "The payload of an exception has its type, message and stack trace",
    source=f"{GUIDE}, Handle errors in Python functions",
    documented="ZeroDivisionError: division by zero, with stackTrace",
)
def exception(aws: Aws) -> str:
    error = _answer(aws, "1 / 0").document
    trace = "with stackTrace" if error.get("stackTrace") else "without stackTrace"
    return f"{error['errorType']}: {error['errorMessage']}, {trace}"


@LAMBDA.case(
    "The status of an invocation that ends with an exception is 200, and its `FunctionError` says so",
    source=f"{API}, Invoke",
    documented="200, Unhandled",
)
def function_error(aws: Aws) -> str:
    answer = _answer(aws, "1 / 0")
    return f"{answer.status}, {answer.function_error}"


@LAMBDA.case(
    "The log has an exception with its traceback",
    source=f"{GUIDE}, Log and monitor Python Lambda functions",
    documented="[ERROR] ZeroDivisionError: division by zero, with traceback",
)
def exception_in_log(aws: Aws) -> str:
    log = _log(aws, "1 / 0")
    found = re.search(r"^\[ERROR\] .*$", log, re.MULTILINE)
    trace = "with traceback" if "Traceback (most recent call last)" in log else "without traceback"
    return f"{found[0].strip() if found else 'no line'}, {trace}"


@LAMBDA.case(
    "The log has what the function prints between the lines START and END, and then the line REPORT",
    source=f"{GUIDE}, Log and monitor Python Lambda functions",
    documented="START, printed, END, REPORT",
)
def printed(aws: Aws) -> str:
    lines = _log(aws, "print('printed')").splitlines()
    return ", ".join(found[0] for line in lines if (found := re.match("START|printed|END|REPORT", line)))


@LAMBDA.case(
    "A function that runs longer than its timeout is stopped",
    source=f"{GUIDE}, Configure Lambda function timeout",
    documented="Task timed out after 1.00 seconds",
)
def timeout(aws: Aws) -> str:
    answer = _answer(aws, "time.sleep(3)", timeout=1)
    found = re.search(r"Task timed out after [\d.]+ seconds", answer.payload)
    return found[0] if found else answer.payload


@LAMBDA.case(
    "An instance keeps what its module has between two invocations, and starts anew after a timeout",
    source=f"{GUIDE}, Understanding the Lambda execution environment lifecycle",
    documented="1, 2, 1",
)
def instance(aws: Aws) -> str:
    function = aws.function(SOURCE, timeout=2)
    counts = [function.invoke("count").payload for _ in range(2)]
    function.invoke("time.sleep(3)")
    return ", ".join([*counts, function.invoke("count").payload])


@LAMBDA.case(
    "The end of the process is an error of the runtime",
    source=f"{GUIDE}, Troubleshoot execution issues in Lambda",
    documented="Runtime.ExitError",
)
def process_exit(aws: Aws) -> str:
    return str(_answer(aws, "os._exit(1)").document["errorType"])


@LAMBDA.case(
    "A module that cannot be imported is an error of the runtime",
    source=f"{GUIDE}, Troubleshoot execution issues in Lambda",
    documented="Runtime.ImportModuleError",
)
def import_error(aws: Aws) -> str:
    return str(_answer(aws, "", source="import missing").document["errorType"])


@LAMBDA.case(
    "A handler that does not exist is an error of the runtime",
    source=f"{GUIDE}, Troubleshoot execution issues in Lambda",
    documented="Runtime.HandlerNotFound",
)
def no_handler(aws: Aws) -> str:
    return str(_answer(aws, "", source="other = None").document["errorType"])


@LAMBDA.case(
    "A response of more than 6 MB is refused",
    source=f"{GUIDE}, Lambda quotas",
    documented="refused",
)
def large_response(aws: Aws) -> str:
    try:
        answer = _answer(aws, f"'x' * {MIB_6 + 1024}")
    except ClientError:
        return "refused"
    return "refused" if len(answer.payload) < MIB_6 else "accepted"


@LAMBDA.case(
    "A function has the variables of its configuration and those that the runtime defines",
    source=f"{GUIDE}, Working with Lambda environment variables",
    documented="x, all defined",
)
def variables(aws: Aws) -> str:
    function = aws.function(SOURCE, OWN="x")
    missing = function.invoke(f"' '.join(name for name in {VARIABLES} if name not in os.environ)").payload.strip('"')
    own = function.invoke("os.environ['OWN']").payload.strip('"')
    return f"{own}, {f'without {missing}' if missing else 'all defined'}"


@LAMBDA.case(
    "Each invocation has a request ID of its own, which its line START contains",
    source=f"{GUIDE}, Using the Lambda context object to retrieve Python function information",
    documented="2 IDs, logged",
)
def request_id(aws: Aws) -> str:
    function = aws.function(SOURCE)
    answers = [function.invoke("context.aws_request_id") for _ in range(2)]
    ids = [answer.payload.strip('"') for answer in answers]
    is_logged = all(f"START RequestId: {name}" in answer.log for name, answer in zip(ids, answers, strict=True))
    return f"{len(set(ids))} IDs, {'logged' if is_logged else 'not logged'}"


@LAMBDA.case(
    "The remaining time falls from the timeout",
    source=f"{GUIDE}, Using the Lambda context object to retrieve Python function information",
    documented="falls, from at most 3000 ms",
)
def remaining_time(aws: Aws) -> str:
    times = "(context.get_remaining_time_in_millis(), time.sleep(0.1), context.get_remaining_time_in_millis())"
    first, _, second = json.loads(_answer(aws, times).payload)
    return f"{'falls' if first > second > 0 else 'stays'}, from {'at most' if first <= 3000 else 'over'} 3000 ms"
