"""The `orders` command on the emulator, a file per command."""
