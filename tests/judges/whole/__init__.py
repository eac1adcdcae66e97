"""The whole system without the usual emulator: suites of tests/system/ on other implementations.

Topics, queues, event source mappings, logs and alarms are LocalStack's, the functions run in AWS's Lambda runtime, and
the table and its stream are DynamoDB Local's.
"""
