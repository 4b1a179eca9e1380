"""Docks: whatever asks a question."""
