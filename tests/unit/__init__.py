"""One part at a time, with mocks and fakes."""
