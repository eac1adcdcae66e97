"""Unit tests of what the `orders` command does."""
