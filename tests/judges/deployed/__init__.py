"""The program, deployed on LocalStack by the local deployer.

LocalStack runs functions in Docker only, and downloads DynamoDB Local. So both functions and the table are the
emulator's, and nothing polls the queue.
"""
