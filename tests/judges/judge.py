"""Who judges claims about AWS: the emulator and the stand-ins of this project do not count."""

from enum import StrEnum


class Kind(StrEnum):
    """Whose code a judge is."""

    SECOND = "a second implementation"
    PULUMI = "Pulumi's own code"
    AWS = "AWS's own code"


class Judge(StrEnum):
    """A judge, by the name that docs/aws.md gives it."""

    LAMBDA = "AWS's Lambda runtime client and interface emulator"
    DYNAMODB_LOCAL = "DynamoDB Local"
    POWERTOOLS = "Powertools for AWS Lambda"
    BOTOCORE = "the service models in botocore"
    CFN_LINT = "AWS's resource schemas in cfn-lint"
    SAM = "the policy templates of AWS SAM"
    CDK = "the AWS CDK"
    CHECKOV = "checkov"
    IAM_SIMULATE = "iam-simulate"
    ELASTICMQ = "ElasticMQ"
    LOCALSTACK = "LocalStack"
    ENGINE = "the Pulumi engine"
    LANGUAGE_HOST = "Pulumi's Python language host"

    @property
    def kind(self) -> Kind:
        if self in {Judge.CHECKOV, Judge.IAM_SIMULATE, Judge.ELASTICMQ, Judge.LOCALSTACK}:
            return Kind.SECOND
        return Kind.PULUMI if self in {Judge.ENGINE, Judge.LANGUAGE_HOST} else Kind.AWS
