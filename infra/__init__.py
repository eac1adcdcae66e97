"""The order pipeline in Pulumi: one module for each component, and modules that several components share."""
