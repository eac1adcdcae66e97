"""The life of an order, traced in memory."""
