"""The program, deployed on LocalStack by the local deployer, with the functions and the table of the emulator.

So nothing polls LocalStack's queue. In tests/judges/whole, the functions and the table are those of LocalStack, too.
"""
