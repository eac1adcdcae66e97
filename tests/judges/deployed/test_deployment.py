"""LocalStack describes the resources that the program declares. This is the suite of tests/system/."""
# ruff: noqa: F403 - pytest collects the imported tests

from tests.judges.deployed.system import deployed_on
from tests.system.test_deployment import *


def test_the_program_is_deployed_with_a_key_of_its_own(localstack: str, worker_id: str) -> None:
    with deployed_on(localstack, f"test-key-{worker_id}", customerManagedKey="true") as pipeline:
        queue = pipeline.clients.sqs.get_queue_attributes(
            QueueUrl=pipeline.outputs["queueUrl"], AttributeNames=["KmsMasterKeyId"]
        )
        key = queue["Attributes"]["KmsMasterKeyId"]
        topic = pipeline.clients.sns.get_topic_attributes(TopicArn=pipeline.outputs["topicArn"])["Attributes"]
        assert topic["KmsMasterKeyId"] == key
        assert pipeline.clients.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
