"""Topics, their policies and subscriptions."""

from local.resources.registry import Cloud, Inputs, ResourceState, attributes, resource_type


@resource_type("aws:sns/topic:Topic", "fifoTopic", "kmsMasterKeyId", "name", "tracingConfig")
def _topic(cloud: Cloud, logical_name: str, inputs: Inputs) -> ResourceState:
    name = inputs.get("name", logical_name)
    fifo = {"FifoTopic": "true"} if inputs.get("fifoTopic") else {}
    arn = cloud.clients.sns.create_topic(Name=name, Attributes=fifo, Tags=cloud.tag_list)["TopicArn"]
    cloud.clients.sns.set_topic_attributes(
        TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=inputs.get("kmsMasterKeyId", "")
    )
    if "tracingConfig" in inputs:
        cloud.clients.sns.set_topic_attributes(
            TopicArn=arn, AttributeName="TracingConfig", AttributeValue=inputs["tracingConfig"]
        )
    return arn, {"arn": arn, "name": name}


@resource_type("aws:sns/topicPolicy:TopicPolicy", "arn", "policy")
def _topic_policy(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    cloud.clients.sns.set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return inputs["arn"], {}


_SUBSCRIPTION_ATTRIBUTES = {
    "filterPolicy": "FilterPolicy",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}


@resource_type(
    "aws:sns/topicSubscription:TopicSubscription", "topic", "protocol", "endpoint", *_SUBSCRIPTION_ATTRIBUTES
)
def _topic_subscription(cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    sns = cloud.clients.sns
    arn = sns.subscribe(
        TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"], ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    for name, value in attributes(_SUBSCRIPTION_ATTRIBUTES, inputs).items():
        sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
    return arn, {"arn": arn}
