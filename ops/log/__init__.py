"""The function's log: reading it, its lines, and why invocations failed."""
