"""Panes: each paints rows that a view made, and takes the keys of its context."""
