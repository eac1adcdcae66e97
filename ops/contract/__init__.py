"""The contract with publishers and consumers: orders in, events out."""
