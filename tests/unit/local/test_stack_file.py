"""The configuration of the local stack."""

import json

from infra.project import stack_config
from local.emulator import LOOPBACK, SERVICES, USUAL_PORT
from ops.clients import LOCAL_KEY, LOCAL_REGION


def test_the_local_stack_looks_for_the_emulator_where_it_is() -> None:
    config = stack_config("local")
    assert config["aws:region"] == LOCAL_REGION
    assert config["aws:accessKey"] == config["aws:secretKey"] == LOCAL_KEY
    [endpoints] = json.loads(config["aws:endpoints"])
    # The provider and the emulator have different names for CloudWatch Logs. Only the command reads streams.
    assert {"logs" if name == "cloudwatchlogs" else name for name in endpoints} == set(SERVICES) - {"dynamodbstreams"}
    assert set(endpoints.values()) == {f"http://{LOOPBACK}:{USUAL_PORT}"}
