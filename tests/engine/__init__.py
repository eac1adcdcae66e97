"""The whole system through the real Pulumi engine."""
