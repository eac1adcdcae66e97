"""The roles of GitHub's workflows in AWS: a Pulumi project of its own, deployed once, by hand. See docs/ci.md."""
