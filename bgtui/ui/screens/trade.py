"""Trade: the ladder, what I hold and have working, the tape and the chart of one instrument."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.geometry import Offset, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from bgtui.domain.account import Position
from bgtui.domain.instrument import Instrument
from bgtui.domain.market import Side
from bgtui.domain.order import Order, PlanOrder, TimeInForce
from bgtui.domain.preset import presets
from bgtui.domain.trading import TradingState
from bgtui.store.book import BookStatus
from bgtui.ui import flows
from bgtui.ui.modals import goto
from bgtui.ui.modals.detail import DetailDock
from bgtui.ui.role import Role
from bgtui.ui.screens.acting import Acting
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.view import figure, footer, inspect, panes
from bgtui.ui.view.dockframe import Body
from bgtui.ui.view.pricetext import Prices
from bgtui.ui.view.span import Row, Span
from bgtui.ui.widgets.bars import MarketBar
from bgtui.ui.widgets.chart import Chart
from bgtui.ui.widgets.foot import LegsTable, OrdersTable
from bgtui.ui.widgets.ladder import Ladder
from bgtui.ui.widgets.stack import FirstLeg, Stack
from bgtui.ui.widgets.tape import Tape
from bgtui.ui.widgets.watch import Watch
from bgtui.ui.workspace import Workspace

_BARS = 4
"""Lines above and below the body."""
_LIVE: Sequence[footer.Wanted] = (
    "ladder.buy", "ladder.sell", ("ladder.join_bid", "ladder.join_ask"), "order.cancel", "position.close",
    "kill.open", "app.find",
)  # fmt: skip
_DOUBTFUL: Sequence[footer.Wanted] = (
    "ticket.open", "order.cancel", "cancel.symbol", "position.close", "kill.open", "app.refresh",
    "app.find",
)  # fmt: skip
_DISARMED: Sequence[footer.Wanted] = (
    "arm.toggle", "order.cancel", "cancel.symbol", "position.close", "kill.open", "ladder.centre", "app.find",
)  # fmt: skip
_LOOKING: Sequence[footer.Wanted] = (
    "ladder.centre", ("ladder.finer", "ladder.coarser"), "pane.next", "app.find", "app.command", "app.quit",
)  # fmt: skip

_TAPE: Sequence[footer.Wanted] = (
    ("tape.smaller", "tape.larger"), "tape.pause", "pane.next", "ticket.open", "app.find",
)  # fmt: skip
_CHART: Sequence[footer.Wanted] = (
    ("chart.shorter", "chart.longer"), ("chart.earlier", "chart.later"), "chart.now", "pane.next",
    "ticket.open", "app.find",
)  # fmt: skip


class PaneLayout(Layout):
    """Puts each pane into its box; a pane without one is not on the screen."""

    name = "panes"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: FBT001, FBT002
    ) -> ArrangeResult:
        """Return where the panes stand."""
        boxes = panes.boxes(size.width, size.height)
        return [
            WidgetPlacement(Region(*boxes[child.id]), Offset(0, 0), Spacing(), child)
            for child in children
            if child.id in boxes
        ]


class Panes(Widget, inherit_bindings=False):
    """What fills Trade between the bars."""

    DEFAULT_CSS = "Panes { width: 1fr; height: 1fr; }"

    @property
    def layout(self) -> Layout:
        """Place the panes by the size of the terminal."""
        return _LAYOUT


_LAYOUT = PaneLayout()


class TradeScreen(Acting, BaseScreen):
    """The ladder, and around it what the terminal has room for."""

    name_id = "trade"
    AUTO_FOCUS: ClassVar[str] = "#ladder"

    def __init__(self, workspace: Workspace) -> None:
        """Begin with the ladder, which the keys of the screen ask."""
        super().__init__(workspace)
        self._ladder = Ladder(workspace, id="ladder")

    def head(self) -> Iterable[Widget]:
        """The market instead of the account, and no tabs."""
        yield MarketBar(self.workspace)

    def body(self) -> Iterable[Widget]:
        """Every pane; the layout shows those that have a place."""
        workspace = self.workspace
        yield Panes(
            self._ladder,
            Stack(workspace, id="stack"),
            FirstLeg(workspace, id="leg"),
            Chart(workspace, id="chart"),
            Watch(workspace, id="watch"),
            Tape(workspace, id="tape"),
            LegsTable(workspace, id="legs"),
            OrdersTable(workspace, id="orders"),
        )

    def on_resize(self, event: events.Resize) -> None:
        """Hide the panes that this size has no place for."""
        boxes = panes.boxes(event.size.width, event.size.height - _BARS)
        for child in self.query_one(Panes).children:
            child.display = child.id in boxes
        self.query_one(Tape).has_title_line = "tape" in boxes and boxes["tape"].y == 0
        self.query_one(OrdersTable).has_edge = "orders" in boxes and boxes["orders"].x > 0
        if self.focused is not None and not self.focused.display:
            self._ladder.focus()

    @property
    def ladder(self) -> Ladder:
        """The pane that entry keys take their prices from."""
        return self._ladder

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return the keys worth naming: those of entry only while the ladder may be entered from."""
        workspace = self.workspace
        if isinstance(self.focused, Tape):
            return _TAPE
        if isinstance(self.focused, Chart):
            return _CHART
        if workspace.session is not None and not workspace.can_trade:
            return _LOOKING
        if workspace.trading_state is TradingState.DISARMED:
            return _DISARMED
        if workspace.trading_state is TradingState.LOCKED:
            return _DISARMED[1:]
        store, shown = workspace.store, workspace.instrument
        if store is None or shown is None or store.book_status(shown) is not BookStatus.LIVE:
            return _DOUBTFUL
        return _LIVE if not self.ladder.entry_block() else _DOUBTFUL

    def leg_at_cursor(self) -> Position | None:
        """Return the leg of the instrument: where there are two, the larger one."""
        larger = self._leg()
        if larger is not None and len(self._legs()) > 1:
            self.workspace.say(f"Two legs stand here: this is about the {larger.side} one; 2 lists both.")
        return larger

    def _leg(self) -> Position | None:
        return max(self._legs(), key=lambda leg: leg.size, default=None)

    def _legs(self) -> list[Position]:
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None:
            return []
        return [leg for leg in store.positions(shown.product_type) or () if leg.instrument == shown]

    def orders_at_cursor(self) -> tuple[Sequence[Order], Sequence[PlanOrder]]:
        """Return my orders on the cursor's row."""
        mine = self.ladder.orders_at_cursor()
        return (
            [own.order for own in mine if own.order is not None],
            [own.plan for own in mine if own.plan is not None],
        )

    def is_open_at_cursor(self) -> bool:
        """Tell whether an order on the cursor's row is on its way or in doubt."""
        return any(own.order is None and own.plan is None for own in self.ladder.orders_at_cursor())

    async def do_ladder_goto(self) -> None:
        """Ask for a price and go there."""
        rules = self._rules()
        if rules is None:
            return
        price = await self.ask(goto.GotoDock(self.workspace, rules, self._prices))
        if price is not None:
            self.ladder.set_cursor(price)

    def _rules(self) -> Instrument | None:
        store, shown = self.workspace.store, self.workspace.instrument
        return store.instrument(shown) if store is not None and shown is not None else None

    def _prices(self) -> Prices:
        """Return what the words of a price field stand for."""
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None:
            return Prices()
        view, ticker, leg = store.book(shown, levels=1), store.ticker(shown), self._leg()
        return Prices(
            view.best_bid,
            view.best_ask,
            ticker.last if ticker is not None else None,
            ticker.mark_price if ticker is not None else None,
            leg.entry_price if leg is not None else None,
        )

    async def do_ladder_inspect(self) -> None:
        """Show what stands on the cursor's row."""
        store, rules = self.workspace.store, self._rules()
        standing = self.ladder.standing()
        if store is None or rules is None or standing is None:
            return
        number = self.ladder.cursor_row()

        def lines(width: int) -> Sequence[Body]:
            seen = self.ladder.standing(number) or standing
            hides = self.workspace.is_private
            return inspect.rows(store, rules, seen, self.workspace.now_ms, width, hides_money=hides)

        await self.ask(DetailDock(self.workspace, f"ROW {standing.price_text}", lines, rules.symbol))

    def do_size_smaller(self) -> None:
        """Choose the smaller size preset for the next ticket."""
        self._choose_size(-1)

    def do_size_larger(self) -> None:
        """Choose the larger size preset for the next ticket."""
        self._choose_size(1)

    def _choose_size(self, steps: int) -> None:
        rules = self._rules()
        if rules is None:
            return
        sizes = presets(rules, self._prices().last)
        view = self.workspace.view(rules.id)
        view.preset_index = min(max(view.preset_index + steps, 0), len(sizes) - 1)
        words = " ".join(
            f"[{figure.size(size, 0)}]" if at == view.preset_index else figure.size(size, 0)
            for at, size in enumerate(sizes)
        )
        self.workspace.say(f"size of the next ticket: {words} {rules.base_coin}")

    def enter_at(
        self, side: Side, *, at: str = "cursor", force: TimeInForce = TimeInForce.GTC
    ) -> Coroutine[Any, Any, None] | None:
        """Open a ticket from the ladder, or say why that cannot be."""
        say = self.workspace.say
        if held := self.held_line():
            say(held, Role.WARN)
            return None
        if reason := self.ladder.entry_block():
            say(reason, Role.WARN)
            return None
        request = self.ladder.request(side, at=at, force=force)
        if request is None:
            return None
        if warning := self.ladder.entry_warning():
            say(warning, Role.WARN)
        return flows.open_ticket(self.app, request)  # type: ignore[arg-type]

    def held_line(self) -> str:
        """Return why no order is entered from the ladder now; empty while armed, or with nothing to arm."""
        session = self.workspace.session
        return session.arming.line if session is not None and session.arming is not None else ""

    def standing(self) -> Row:
        """Say why not everything may be sent, while there is no other news."""
        held = self.held_line()
        return (Span(" "), Span(held, Role.WARN)) if held else ()

    def do_ladder_buy(self) -> Coroutine[Any, Any, None] | None:
        """Buy at the cursor."""
        return self.enter_at(Side.BUY)

    def do_ladder_sell(self) -> Coroutine[Any, Any, None] | None:
        """Sell at the cursor."""
        return self.enter_at(Side.SELL)

    def do_ladder_join_bid(self) -> Coroutine[Any, Any, None] | None:
        """Buy at the best bid, post-only."""
        return self.enter_at(Side.BUY, at="bid", force=TimeInForce.POST_ONLY)

    def do_ladder_join_ask(self) -> Coroutine[Any, Any, None] | None:
        """Sell at the best ask, post-only."""
        return self.enter_at(Side.SELL, at="ask", force=TimeInForce.POST_ONLY)

    def do_ladder_take_ask(self) -> Coroutine[Any, Any, None] | None:
        """Buy at the best ask, at once or not at all."""
        return self.enter_at(Side.BUY, at="ask", force=TimeInForce.IOC)

    def do_ladder_hit_bid(self) -> Coroutine[Any, Any, None] | None:
        """Sell at the best bid, at once or not at all."""
        return self.enter_at(Side.SELL, at="bid", force=TimeInForce.IOC)
