"""Tests of handler/notifier."""
