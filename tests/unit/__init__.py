"""Tests of single modules, with mocks and fakes."""
