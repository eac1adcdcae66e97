"""`orders dlq` on the emulator, a file per command."""
