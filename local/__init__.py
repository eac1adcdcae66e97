"""The system on this machine: an emulator, and a deployer that runs the Pulumi program without an engine."""
