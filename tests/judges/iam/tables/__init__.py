"""The tables of questions to IAM."""
