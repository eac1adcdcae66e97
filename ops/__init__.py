"""The `orders` command, for the people who run the system."""
