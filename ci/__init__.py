"""What GitHub's workflows may do in AWS: a Pulumi project of its own, deployed once, by hand. See docs/ci.md."""
