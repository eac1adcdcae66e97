"""The tests: unit, on the emulator, and with the Pulumi engine."""
