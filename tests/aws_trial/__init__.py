"""`make try-on-aws`: tries the claims of tests/judges/claims.py in an AWS account."""
