"""`orders dlq`, killed at each of its steps."""
