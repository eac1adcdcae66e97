"""Unit tests of the commands of `orders`."""
