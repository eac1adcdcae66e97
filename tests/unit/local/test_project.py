"""The configuration of the local stack."""

import json

from local.aws import ACCESS_KEY, REGION, SECRET_KEY
from local.emulator import LOOPBACK, SERVICES, USUAL_PORT
from local.project import stack_config


def test_the_local_stack_looks_for_the_emulator_where_it_is() -> None:
    config = stack_config("local")
    assert (config["aws:region"], config["aws:accessKey"], config["aws:secretKey"]) == (REGION, ACCESS_KEY, SECRET_KEY)
    [endpoints] = json.loads(config["aws:endpoints"])
    # The provider's name for CloudWatch Logs is not the emulator's.
    assert {"logs" if name == "cloudwatchlogs" else name for name in endpoints} == set(SERVICES)
    assert set(endpoints.values()) == {f"http://{LOOPBACK}:{USUAL_PORT}"}
