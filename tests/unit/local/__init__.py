"""Unit tests of the system on this machine."""
