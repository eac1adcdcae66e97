"""Handlers to compare ours with. Each one is a usual implementation of its kind."""
