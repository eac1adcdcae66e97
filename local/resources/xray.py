"""The permission of SNS to record traces. The emulator has no X-Ray, so nothing of it is deployed."""

from local.resources.registry import Cloud, Inputs, ResourceState, resource_type


@resource_type("aws:xray/resourcePolicy:ResourcePolicy", "policyDocument", "policyName")
def _resource_policy(_cloud: Cloud, _: str, inputs: Inputs) -> ResourceState:
    return inputs["policyName"], {"policyName": inputs["policyName"]}
