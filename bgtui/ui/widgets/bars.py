"""The lines that every screen has: state, facts, tabs, the message and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from bgtui.domain.instrument import ProductType
from bgtui.store import topic
from bgtui.store.topic import Kind, Topic
from bgtui.ui.role import Role
from bgtui.ui.view import footer, status
from bgtui.ui.view.span import Row, crop
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.workspace import Workspace


class StateBar(Canvas):
    """Line 1: am I safe, am I live."""

    DEFAULT_CSS = "StateBar { height: 1; }"
    beats: ClassVar[bool] = True

    def topics(self) -> Iterable[Topic]:
        """What is in doubt and what is down; ages come with the second."""
        return [topic.LINES, *(topic.account(Kind.SUBMISSIONS, product) for product in ProductType)]

    def frame(self, now_s: float) -> None:
        """Draw at once when the book falls or the trading state changes, which nobody should learn late."""
        workspace = self.workspace
        store, shown = workspace.store, workspace.instrument
        status = None if store is None or shown is None else store.book_status(shown)
        sign = (status, workspace.trading_state)
        if sign != self._sign:
            self._sign = sign
            self.invalidate()
        super().frame(now_s)

    _sign: tuple[object, object] = (None, None)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        return [status.state_line(self.workspace, width)]


class MarketBar(Canvas):
    """Line 2 of Trade: what the market does."""

    DEFAULT_CSS = "MarketBar { height: 1; }"
    beats: ClassVar[bool] = True
    period_s: ClassVar[float] = 0.25

    def topics(self) -> Iterable[Topic]:
        """The ticker of the instrument."""
        shown = self.workspace.instrument
        return () if shown is None else (topic.ticker(shown),)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        return [status.market_line(self.workspace, width)]


class MoneyBar(Canvas):
    """Line 2 of every other screen: what the account is worth."""

    DEFAULT_CSS = "MoneyBar { height: 1; }"
    beats: ClassVar[bool] = True
    period_s: ClassVar[float] = 0.25

    def topics(self) -> Iterable[Topic]:
        """Balances, legs and their mark prices."""
        store, product = self.workspace.store, self.workspace.identity.product_type
        kinds = (Kind.BALANCES, Kind.EQUITY, Kind.POSITIONS, Kind.FRESHNESS)
        found = [topic.account(kind, product) for kind in kinds]
        if store is not None:
            found += [topic.ticker(leg.instrument) for leg in store.positions(product) or ()]
        return found

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        return [status.money_line(self.workspace, width)]


class TabBar(Canvas):
    """Line 3: the screens, the current one in brackets."""

    DEFAULT_CSS = "TabBar { height: 1; }"

    def __init__(self, workspace: Workspace, current: str) -> None:
        """Mark one of them."""
        super().__init__(workspace)
        self._current = current

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        return [status.tab_line(self._current, width)]


class MessageBar(Canvas):
    """The line before the last: what happened, why, what to do; else what the screen always has to say."""

    DEFAULT_CSS = "MessageBar { height: 1; }"
    beats: ClassVar[bool] = True

    def __init__(self, workspace: Workspace, standing: Callable[[], Row] = tuple) -> None:
        """Say what was last said; once that has passed, what ``standing`` returns."""
        super().__init__(workspace)
        self._standing = standing
        self._said: object = None
        self._passed: object = None

    def let_pass(self) -> None:
        """Take what was said so far for old news, unless it is a warning."""
        if self.workspace.message.role in (Role.PLAIN, Role.MUTED):
            self._passed = self.workspace.message
            self.invalidate()

    def frame(self, now_s: float) -> None:
        """Draw when something else was said."""
        if self.workspace.message is not self._said:
            self._said = self.workspace.message
            self.invalidate()
        super().frame(now_s)

    @property
    def is_asked(self) -> bool:
        """Tell whether something else was said."""
        return super().is_asked or self.workspace.message is not self._said

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        if self.workspace.message is self._passed and (standing := self._standing()):
            return [crop(standing, width)]
        return [status.message_line(self.workspace, width)]


class KeyBar(Canvas):
    """The last line: what I can do now."""

    DEFAULT_CSS = "KeyBar { height: 1; }"

    def __init__(self, workspace: Workspace) -> None:
        """Begin with nothing; the screen names the keys."""
        super().__init__(workspace)
        self._items: Sequence[footer.Item] = ()

    def show(self, items: Sequence[footer.Item]) -> None:
        """Show these keys."""
        if items != self._items:
            self._items = items
            self.invalidate()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        return [footer.line(self._items, width)]
