"""AWS's DynamoDB Local, for the tests of the store and of streams."""

DYNAMODB_LOCAL = "DYNAMODB_LOCAL_URL"
"""The environment variable with the URL of DynamoDB Local."""
