"""The screens, in the order of their keys; all but the first are loaded when they are shown."""

from __future__ import annotations

from importlib import import_module

from bgtui.ui.screens.base import BaseScreen

_CLASSES = {
    "trade": "TradeScreen",
    "positions": "PositionsScreen",
    "orders": "OrdersScreen",
    "leader": "LeaderScreen",
    "followers": "FollowersScreen",
    "copy": "CopyScreen",
    "account": "AccountScreen",
    "health": "HealthScreen",
    "alerts": "AlertsScreen",
}
SCREENS: tuple[type[BaseScreen], ...]
"""The classes of all screens: whoever names it loads them."""
NAMES = tuple(_CLASSES)
"""What keys and tabs call them."""
MODULES = tuple(f"bgtui.ui.screens.{name}" for name in NAMES)


def screen_class(name: str) -> type[BaseScreen]:
    """Return the class of a screen."""
    found: type[BaseScreen] = getattr(import_module(f"bgtui.ui.screens.{name}"), _CLASSES[name])
    return found


def __getattr__(name: str) -> object:
    if name == "SCREENS":
        return tuple(screen_class(name) for name in NAMES)
    raise AttributeError(name)
