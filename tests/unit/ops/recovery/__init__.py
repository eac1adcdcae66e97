"""Restoring, comparing and merging tables in memory."""
