"""Unit tests of the roles that the workflows on GitHub assume."""
