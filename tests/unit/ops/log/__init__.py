"""Unit tests of reading the function's log."""
