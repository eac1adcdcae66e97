"""Telling events again: those of the table, and those that the notifier gave up."""
