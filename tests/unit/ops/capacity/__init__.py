"""Unit tests of the model of capacity."""
