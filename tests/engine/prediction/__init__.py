"""A review predicts what a change does to orders. These tests make the change, and look for the orders."""
