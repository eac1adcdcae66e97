"""A million deliveries with faults: `make soak`."""
