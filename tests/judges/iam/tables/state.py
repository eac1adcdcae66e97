"""What the roles of GitHub's workflows may do with the state, its key and the plans."""

from tests.judges.iam.questions import may, may_not
from tests.judges.iam.tables.names import (
    CHANGE,
    CIPHER,
    DEPLOY,
    PLAN,
    PREVIEW,
    READERS,
    ROLES,
    WITHOUT_TLS,
    in_another_region,
)

BUCKET, STATE_KEY = "bucket orders-state", "key orders-state"


def files(*paths: str) -> tuple[str, ...]:
    return tuple(f"{BUCKET} > /{path}" for path in paths)


def state_of(stack: str) -> tuple[str, ...]:
    return files(
        f".pulumi/stacks/orders/{stack}.json",
        f".pulumi/locks/organization/orders/{stack}/lock.json",
        f".pulumi/backups/orders/{stack}/{stack}.1.json",
        f".pulumi/history/orders/{stack}/{stack}-1.history.json",
    )


STATE = (
    may(ROLES, "s3:ListBucket", BUCKET),
    may(ROLES, "s3:GetObject", *state_of("dev"), *state_of("prod")),
    may(ROLES, "kms:Decrypt", STATE_KEY),
    may_not(ROLES, f"kms:Encrypt {CHANGE}", STATE_KEY),
    may_not(ROLES, CIPHER, "prod key OrderKey", *in_another_region(STATE_KEY)),
    may_not(ROLES, "s3:PutBucketPolicy s3:DeleteBucket s3:ListBucketVersions", BUCKET),
    may_not(ROLES, "s3:ListBucket", BUCKET, "bucket another", when=WITHOUT_TLS),
    may_not(ROLES, "s3:GetObject", *state_of("dev"), when=WITHOUT_TLS),
    may_not(ROLES, "s3:ListBucket", "bucket another"),
    may_not(ROLES, "s3:GetObject s3:PutObject s3:DeleteObject", "bucket another > /.pulumi/x"),
    may_not(READERS, "s3:PutObject s3:DeleteObject", *state_of("dev"), *state_of("prod")),
    may_not(ROLES, "s3:GetObjectVersion s3:PutObjectAcl", *state_of("dev"), *state_of("prod")),
    may(PLAN, "s3:PutObject", *files("plans/dev/1", "plans/prod/1")),
    may_not(PLAN, "s3:GetObject s3:DeleteObject", *files("plans/dev/1", "plans/prod/1")),
    may_not(PREVIEW, "s3:GetObject s3:PutObject s3:DeleteObject", *files("plans/dev/1", "plans/prod/1")),
    *(
        row
        for stack, other in (("dev", "prod"), ("prod", "dev"))
        for row in (
            may(DEPLOY[stack], "s3:PutObject s3:DeleteObject", *state_of(stack)),
            may(DEPLOY[stack], "s3:GetObject", *files(f"plans/{stack}/1")),
            may_not(DEPLOY[stack], "s3:PutObject s3:DeleteObject", *state_of(other)),
            may_not(DEPLOY[stack], "s3:GetObject", *files(f"plans/{other}/1")),
            may_not(DEPLOY[stack], "s3:PutObject s3:DeleteObject", *files(f"plans/{stack}/1", "plans/x")),
        )
    ),
    may_not("an administrator", "s3:GetObject", *state_of("dev"), when=WITHOUT_TLS),
    may_not("an administrator", "s3:ListBucket s3:PutBucketPolicy", BUCKET, when=WITHOUT_TLS),
    may_not("an administrator of another account", "s3:ListBucket", BUCKET),
    may_not("an administrator of another account", "s3:GetObject", *state_of("dev")),
    may_not("an administrator of another account", "kms:Decrypt", STATE_KEY),
)
