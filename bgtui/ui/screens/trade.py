"""Trade: the ladder, what I hold and have working, the tape and the chart of one instrument."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.widgets.bars import MarketBar
from bgtui.ui.widgets.ladder import Ladder


class TradeScreen(BaseScreen):
    """The ladder in the middle of everything."""

    name_id = "trade"
    footers = ("ladder.buy", "ladder.sell", "app.find")

    def head(self) -> Iterable[Widget]:
        """The market instead of the account, and no tabs."""
        yield MarketBar(self.workspace)

    def body(self) -> Iterable[Widget]:
        """The book."""
        yield Ladder(self.workspace)
