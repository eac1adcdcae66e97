"""`orders table` on the emulator."""
