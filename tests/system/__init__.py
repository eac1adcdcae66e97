"""The whole system on the emulator, deployed as `make demo` deploys it."""
