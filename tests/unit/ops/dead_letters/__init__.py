"""Unit tests of the domain of dead letters."""
