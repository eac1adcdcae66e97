"""Benchmarks that compare the handler with others that process the same orders: `make bench`."""
