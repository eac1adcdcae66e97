"""Statements about the state: the bucket that contains it, and the key that encrypts its secrets."""

from infra.policies import Statement

PLANS = "plans"
"""The folder of the bucket that contains a folder with plans for each stack."""


def may_read_state(bucket: str) -> list[Statement]:
    """Allow a preview to read the state. A preview takes no lock and writes nothing."""
    return [
        {"Sid": "ListState", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [bucket]},
        {"Sid": "ReadState", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"{bucket}/.pulumi/*"]},
    ]


def may_write_state(bucket: str, project: str, stack: str) -> Statement:
    """Allow a deployment to write the state of one stack, with its lock, its backups and its history."""
    return {
        "Sid": "WriteState",
        "Effect": "Allow",
        "Action": ["s3:DeleteObject", "s3:PutObject"],
        "Resource": [
            f"{bucket}/.pulumi/stacks/{project}/{stack}.*",
            f"{bucket}/.pulumi/locks/organization/{project}/{stack}/*",
            f"{bucket}/.pulumi/backups/{project}/{stack}/*",
            f"{bucket}/.pulumi/history/{project}/{stack}/*",
        ],
    }


def may_write_plans(bucket: str) -> Statement:
    """Allow storing the plan of a deployment. A plan contains settings, such as email addresses."""
    return {"Sid": "WritePlans", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [f"{bucket}/{PLANS}/*"]}


def may_read_plans(bucket: str, stack: str) -> Statement:
    """Allow a deployment to read the plans of its stack."""
    return {
        "Sid": "ReadPlans",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": [f"{bucket}/{PLANS}/{stack}/*"],
    }


def may_decrypt(key: str) -> Statement:
    """Allow decryption with the key. Each stack file contains an encrypted data key for the secrets of its stack."""
    return {"Sid": "OpenSecrets", "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key]}


def state_only_over_tls(bucket: str) -> Statement:
    """Deny every request to the bucket that does not use TLS."""
    # A statement that denies must match every principal and action. The `*` grants nothing.
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
