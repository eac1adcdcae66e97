"""Properties that hold for any input and any sequence of events."""
