"""Handlers to measure ours against, each as its kind is usually written."""
