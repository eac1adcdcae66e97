"""Rules for KMS keys."""

from infra.resource_types import KEY
from tests.support.recorder import Program, Registration
from tests.support.resource_types import KEY_POLICY
from tests.support.security_rules.rule import ACCOUNT, Rule, document, given, made, named


def has_a_policy(key: Registration, program: Program) -> bool:
    return "policy" in key.inputs or any(p.inputs["keyId"] == f"{key.name}-id" for p in program.all(KEY_POLICY))


KEYS = (
    Rule(
        ids=("CKV_AWS_7", "AwsSolutions-KMS5", "NIST.800.53.R5-KMSBackingKeyRotationEnabled"),
        demand="A key is rotated automatically.",
        types=(KEY,),
        holds=given("enableKeyRotation"),
        kept_by=(made(KEY, enableKeyRotation=True),),
        broken_by=(made(KEY),),
    ),
    Rule(
        ids=("CKV_AWS_227",),
        demand="A key is enabled.",
        types=(KEY,),
        holds=lambda key, _: key.inputs.get("isEnabled", True),
        kept_by=(made(KEY),),
        broken_by=(made(KEY, isEnabled=False),),
    ),
    Rule(
        ids=("CKV2_AWS_64",),
        demand="A key has a policy that the program defines.",
        types=(KEY,),
        holds=has_a_policy,
        kept_by=(made(KEY, policy=document(Principal=ACCOUNT)), named("b", KEY), made(KEY_POLICY, keyId="b-id")),
        broken_by=(made(KEY),),
    ),
)
