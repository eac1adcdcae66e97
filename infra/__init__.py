"""The order pipeline as Pulumi components, one file a component."""
