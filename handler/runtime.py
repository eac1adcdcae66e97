"""What the functions share in Lambda: the log, the clients and the context of an invocation.

Lambda imports it once per instance, so that all invocations of the instance share its clients.
"""

import os
import sys
from functools import cache
from typing import Any, Protocol

from botocore.config import Config
from botocore.session import get_session

from handler.concurrency import CONNECTIONS
from handler.contract import FUNCTION_DIMENSION, FUNCTION_NAME_VARIABLE, Variable
from handler.log import Log

log = Log(sys.stdout, with_metrics=os.environ.get(Variable.CUSTOM_METRICS) != "false")
log.context[FUNCTION_DIMENSION] = os.environ.get(FUNCTION_NAME_VARIABLE, "outside Lambda")
# botocore's default timeout is 60 seconds, which is longer than the function runs. Variable.REQUEST_TIMEOUT_SECONDS
# explains the value.
request_timeout = float(os.environ[Variable.REQUEST_TIMEOUT_SECONDS])
config = Config(
    connect_timeout=request_timeout,
    read_timeout=request_timeout,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=CONNECTIONS,
    tcp_keepalive=True,
    # Both settings save CPU time. The services validate the requests, and nothing reads the default user agent.
    parameter_validation=False,
    user_agent="orders",
)
# botocore instead of boto3, because importing boto3 takes longer than importing the whole handler.
session = get_session()


@cache
def client(service: str, config: Config = config) -> Any:
    return session.create_client(service, config=config)


class Context(Protocol):
    """The part of Lambda's context object that the functions use."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...
