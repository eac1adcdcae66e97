"""Unit tests of the infrastructure, under mocks of the Pulumi engine."""
