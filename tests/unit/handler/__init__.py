"""Unit tests of the code that runs in Lambda."""
