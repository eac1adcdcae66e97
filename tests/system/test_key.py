"""The pipeline with a customer managed key on the emulator."""

import json

from local.deployer import deploy
from local.emulator import emulator
from ops.samples import EXAMPLE_ORDER
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_orders_flow_through_a_pipeline_that_is_encrypted_with_its_own_key(worker_id: str) -> None:
    with emulator(f"key-{worker_id}") as clients:
        for _ in range(2):  # the second deployment finds the key again
            pipeline = Pipeline(clients, deploy(clients, settings={"customerManagedKey": "true"}))
        [key] = clients.kms.list_keys()["Keys"]
        assert clients.kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
        for output in ("queueUrl", "deadLetterQueueUrl", "undeliveredQueueUrl"):
            attributes = clients.sqs.get_queue_attributes(QueueUrl=pipeline.outputs[output], AttributeNames=["All"])
            assert attributes["Attributes"]["KmsMasterKeyId"] == key["KeyId"]
        topic = clients.sns.get_topic_attributes(TopicArn=pipeline.outputs["topicArn"])["Attributes"]
        assert topic["KmsMasterKeyId"] == key["KeyId"]

        pipeline.publish([json.dumps(EXAMPLE_ORDER)])
        eventually(lambda: pipeline.order("O1234"), "the order in the table")
