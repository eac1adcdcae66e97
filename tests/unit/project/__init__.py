"""Tests of the project itself: its docs, its workflows and its import rules."""
