"""LocalStack describes the resources that the program declares. These are tests of tests/system/."""
# ruff: noqa: F401 - pytest collects the imported tests

from tests.judges.deployed.system import deployed_on
from tests.system.test_deployment import (
    test_a_bad_setting_is_refused_and_nothing_changes,
    test_deploying_again_changes_what_a_setting_says_and_nothing_else,
    test_the_log_is_kept_as_long_as_the_settings_say,
    test_the_queue_redrives_to_the_dead_letters,
    test_the_stacks_tags_are_on_what_can_have_tags,
    test_the_topic_delivers_raw_and_has_somewhere_for_what_it_cannot_deliver,
)


def test_the_program_is_deployed_with_a_key_of_its_own(localstack: str, worker_id: str) -> None:
    with deployed_on(localstack, f"test-key-{worker_id}", customerManagedKey="true") as pipeline:
        queue = pipeline.clients.sqs.get_queue_attributes(
            QueueUrl=pipeline.outputs["queueUrl"], AttributeNames=["KmsMasterKeyId"]
        )
        key = queue["Attributes"]["KmsMasterKeyId"]
        topic = pipeline.clients.sns.get_topic_attributes(TopicArn=pipeline.outputs["topicArn"])["Attributes"]
        assert topic["KmsMasterKeyId"] == key
        assert pipeline.clients.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
