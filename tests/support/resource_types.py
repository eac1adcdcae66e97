"""Type tokens of resources that no program of this project creates. Rules of tests know them."""

BACKUP = "aws:backup/selection:Selection"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
POLICY = "aws:iam/policy:Policy"
