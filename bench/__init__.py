"""Benchmarks that compare the functions and the command with alternatives: `make bench`."""
