"""Pausing and resuming the processing of orders."""
