"""Unit tests of drills."""
