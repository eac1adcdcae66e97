"""Unit tests of `orders dead-letters`."""
