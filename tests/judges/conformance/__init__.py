"""What AWS documents of SQS, SNS, DynamoDB and Lambda, tried on every implementation that is here.

`python -m tests.judges.conformance` records the outcomes, and `make docs` writes them into docs/conformance.md.
"""
