"""What holds for whatever happens."""
