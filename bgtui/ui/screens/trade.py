"""Trade: the ladder, what I hold and have working, the tape and the chart of one instrument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.widgets.bars import MarketBar
from bgtui.ui.widgets.canvas import Canvas


class PlainBook(Canvas, can_focus=True):
    """Best levels, one under another."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.LADDER,)

    def topics(self) -> Iterable[Topic]:
        """The book of the instrument."""
        shown = self.workspace.instrument
        return () if shown is None else (topic.book(shown),)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return asks above bids."""
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None:
            return []
        view = store.book(shown, levels=height // 2)
        asks = [row(Span(f"{price:>14} {size:>10}", Role.ASK)) for price, size in reversed(view.asks)]
        return [*asks, *(row(Span(f"{price:>14} {size:>10}", Role.BID)) for price, size in view.bids)]


class TradeScreen(BaseScreen):
    """The ladder in the middle of everything."""

    name_id = "trade"
    footers = ("ladder.buy", "ladder.sell", "app.find")

    def head(self) -> Iterable[Widget]:
        """The market instead of the account, and no tabs."""
        yield MarketBar(self.workspace)

    def body(self) -> Iterable[Widget]:
        """The book."""
        yield PlainBook(self.workspace)
