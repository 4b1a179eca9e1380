"""Closing whole legs at market: flash close, reverse, and what a position's TP/SL does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bgtui.domain.intent import ClosePosition, PlaceOrder, ReversePosition
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, PositionMode, PositionSide
from bgtui.simulator.account import Account
from bgtui.simulator.live import LiveOrder
from bgtui.simulator.margin import Margin
from bgtui.simulator.matching import Market
from bgtui.simulator.reject import Reject
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading


class Closing:
    """Market orders that nobody had to size."""

    def __init__(self, state: State, trading: Trading, margin: Margin) -> None:
        """Place orders through this."""
        self._state = state
        self._trading = trading
        self._margin = margin

    def close(self, account: Account, intent: ClosePosition) -> list[LiveOrder]:
        """Close one leg or every leg of an instrument.

        Raises:
            Reject: there is none, or a rule refuses the first order.
        """
        market = self._state.market(intent.instrument)
        if not market.is_futures:
            raise Reject("40020", "symbol")
        sides = list(PositionSide) if intent.position_side is None else [intent.position_side]
        held = [side for side in sides if self._margin.leg(account, market.instrument, side) is not None]
        if not held:
            raise Reject("22002")
        return [order for side in held for order in self.close_leg(account, market, side, "market")]

    def close_leg(self, account: Account, market: Market, side: PositionSide, source: str) -> list[LiveOrder]:
        """Close a leg in as many market orders as their largest size needs; older closing orders make room.

        Raises:
            Reject: no such leg, or a rule refuses the first order.
        """
        if self._margin.leg(account, market.instrument, side) is None:
            raise Reject("22002")
        self._end(self._trading.closers(account, market, side))
        orders: list[LiveOrder] = []
        while (leg := self._margin.leg(account, market.instrument, side)) is not None:
            before = leg.size
            order = _market_order(market, side, before, Effect.CLOSE)
            orders.append(self._trading.place(account, order, source=source))
            left = self._margin.leg(account, market.instrument, side)
            if orders[-1].filled < orders[-1].size or (left is not None and left.size >= before):
                break
        return orders

    def reverse(self, account: Account, intent: ReversePosition, client_order_id: str) -> LiveOrder:
        """Turn a leg around; return the order that opens the other side.

        A hedge leg is closed by an order of its own; when that finds nobody to trade with, it is returned.

        Raises:
            Reject: no such leg, or the other side cannot be paid for: nothing has changed.
        """
        market = self._state.market(intent.instrument)
        mode = account.modes[market.instrument.product_type]
        if intent.position_mode is not mode:
            raise Reject("40774")
        side = intent.position_side
        leg = self._margin.leg(account, market.instrument, side)
        if leg is None:
            raise Reject("22002")
        size = leg.size if intent.size is None else min(intent.size, leg.size)
        rivals = self._trading.closers(account, market, side)
        if mode is PositionMode.ONE_WAY:
            turn = _market_order(market, side, leg.size + size, None)
            self._trading.check(account, turn, client_order_id, leaving=rivals)
            self._end(rivals)
            return self._trading.place(account, turn, client_order_id, source="reverse")
        closing = _market_order(market, side, size, Effect.CLOSE)
        opening = _market_order(market, _other(side), size, Effect.OPEN)
        at = self._trading.swept_price(market, size, is_buy=closing.side is Side.BUY)
        freed = self._margin.freed(account, leg, size, at)
        self._trading.check(account, closing)
        self._trading.check(account, opening, client_order_id, freed=freed)
        self._end(rivals)
        closed = self._trading.place(account, closing, source="reverse")
        if not closed.filled:
            return closed
        opening = replace(opening, size=closed.filled)
        return self._trading.place(account, opening, client_order_id, source="reverse")

    def _end(self, rivals: list[LiveOrder]) -> None:
        for rival in rivals:
            self._trading.end(rival, "normal_cancel")


def _market_order(market: Market, leg: PositionSide, size: Decimal, effect: Effect | None) -> PlaceOrder:
    """Return an order on a leg, no larger than orders may be; without an effect it may turn it around."""
    largest = market.instrument.max_market_size
    buys = (leg is PositionSide.LONG) is (effect is Effect.OPEN)
    return PlaceOrder(
        instrument=market.instrument.id,
        side=Side.BUY if buys else Side.SELL,
        order_type=OrderType.MARKET,
        size=min(size, largest) if largest else size,
        position_side=leg,
        effect=effect,
    )


def _other(side: PositionSide) -> PositionSide:
    return PositionSide.SHORT if side is PositionSide.LONG else PositionSide.LONG
