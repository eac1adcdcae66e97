"""A drill: something breaks on the local system, and somebody finds and mends it."""
