"""The life of one order, from everything that keeps a trace of it."""
