"""The function that tells subscribers about changes of orders."""
