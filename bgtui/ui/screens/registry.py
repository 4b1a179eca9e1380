"""The screens, in the order of their keys."""

from __future__ import annotations

from bgtui.ui.screens.account import AccountScreen
from bgtui.ui.screens.alerts import AlertsScreen
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.screens.copy import CopyScreen
from bgtui.ui.screens.followers import FollowersScreen
from bgtui.ui.screens.health import HealthScreen
from bgtui.ui.screens.leader import LeaderScreen
from bgtui.ui.screens.orders import OrdersScreen
from bgtui.ui.screens.positions import PositionsScreen
from bgtui.ui.screens.trade import TradeScreen

SCREENS: tuple[type[BaseScreen], ...] = (
    TradeScreen,
    PositionsScreen,
    OrdersScreen,
    LeaderScreen,
    FollowersScreen,
    CopyScreen,
    AccountScreen,
    HealthScreen,
    AlertsScreen,
)
