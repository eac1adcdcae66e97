"""The system on this machine, as processes."""
