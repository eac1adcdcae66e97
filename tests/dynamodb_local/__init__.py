"""AWS's DynamoDB Local, for the tests of the store."""
