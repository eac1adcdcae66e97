"""The whole system on the emulator, deployed in the same way as by `make demo`."""
