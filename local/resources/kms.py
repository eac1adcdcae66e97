"""Keys."""

from local.resources.registry import Cloud, Inputs, ResourceState, resource_type


@resource_type("aws:kms/key:Key", "deletionWindowInDays", "description", "enableKeyRotation", "policy")
def _key(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    kms = cloud.clients.kms
    alias = f"alias/{name}"  # A key has no name. The alias lets the next deployment find it.
    found = {entry["AliasName"]: entry.get("TargetKeyId", "") for entry in kms.list_aliases()["Aliases"]}
    if alias in found:
        key = kms.describe_key(KeyId=found[alias])["KeyMetadata"]
        kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=inputs["policy"])
    else:
        key = kms.create_key(
            Policy=inputs["policy"],
            Description=inputs["description"],
            Tags=[{"TagKey": tag, "TagValue": value} for tag, value in cloud.tags.items()],
        )["KeyMetadata"]
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    if inputs["enableKeyRotation"]:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return key["KeyId"], {"arn": key["Arn"], "keyId": key["KeyId"]}
