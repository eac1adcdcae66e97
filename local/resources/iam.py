"""Roles and their policies."""

from local.resources.registry import Cloud, Inputs, ResourceState, resource_type


@resource_type("aws:iam/role:Role", "assumeRolePolicy", "permissionsBoundary")
def _role(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    iam = cloud.clients.iam
    boundary = inputs.get("permissionsBoundary")
    try:
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=inputs["assumeRolePolicy"])
        if boundary:
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    except iam.exceptions.NoSuchEntityException:
        limited = {"PermissionsBoundary": boundary} if boundary else {}
        arn = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=inputs["assumeRolePolicy"], Tags=cloud.tag_list, **limited
        )["Role"]["Arn"]
    return name, {"arn": arn, "name": name}


@resource_type("aws:iam/rolePolicy:RolePolicy", "role", "policy")
def _role_policy(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    cloud.clients.iam.put_role_policy(RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"])
    return f"{inputs['role']}:{name}", {"name": name}
