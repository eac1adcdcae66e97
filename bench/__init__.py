"""How fast and how dear the handler is, beside others that do the same: `make bench`."""
