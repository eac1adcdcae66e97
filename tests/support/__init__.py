"""Fakes, helpers and data that tests share."""
