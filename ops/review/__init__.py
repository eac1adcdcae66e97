"""What a change of the program or its settings does to orders, from a preview of Pulumi."""
