"""Active tracing on the emulator, which passes the processor a trace, and has no X-Ray that records it."""

import json
from functools import partial

from local.deployer import deploy
from local.emulator import emulator
from ops.samples import EXAMPLE_ORDER
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_orders_flow_while_they_are_traced_and_tracing_can_be_turned_off(worker_id: str) -> None:
    with emulator(f"tracing-{worker_id}") as clients:
        for setting, mode in (("true", "Active"), ("false", "PassThrough")):
            pipeline = Pipeline(clients, deploy(clients, settings={"activeTracing": setting}))
            for output in ("topicArn", "eventTopicArn"):
                topic = clients.sns.get_topic_attributes(TopicArn=pipeline.outputs[output])["Attributes"]
                assert topic["TracingConfig"] == mode
            for output in ("processorName", "notifierName"):
                function = clients.lambda_.get_function_configuration(FunctionName=pipeline.outputs[output])
                assert function["TracingConfig"] == {"Mode": mode}
            pipeline.publish([json.dumps({**EXAMPLE_ORDER, "orderId": mode})])
            eventually(partial(pipeline.order, mode), "the order in the table")
