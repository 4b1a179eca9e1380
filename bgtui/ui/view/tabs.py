"""The screens' names in the order of their keys."""

from __future__ import annotations

SCREENS = (
    ("trade", "Trade"),
    ("positions", "Pos"),
    ("orders", "Orders"),
    ("leader", "Leader"),
    ("followers", "Followers"),
    ("copy", "Copy"),
    ("account", "Account"),
    ("health", "Health"),
    ("alerts", "Alerts"),
)
"""Id and short name; the key is the place in this list."""
