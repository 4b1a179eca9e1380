"""Closing whole legs at market: flash close, reverse, and what a position's TP/SL does."""

from __future__ import annotations

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
        for rival in self._trading.closers(account, market, side):
            self._trading.end(rival, "normal_cancel")
        orders: list[LiveOrder] = []
        while (leg := self._margin.leg(account, market.instrument, side)) is not None:
            before = leg.size
            orders.append(self._market(account, market, side, before, Effect.CLOSE, source=source))
            left = self._margin.leg(account, market.instrument, side)
            if orders[-1].filled < orders[-1].size or (left is not None and left.size >= before):
                break
        return orders

    def reverse(self, account: Account, intent: ReversePosition, client_order_id: str) -> LiveOrder:
        """Turn a leg around; return the order that opens the other side.

        Raises:
            Reject: no such leg, or the other side cannot be paid for; a hedge leg is closed by then.
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
        for rival in self._trading.closers(account, market, side):
            self._trading.end(rival, "normal_cancel")
        if mode is PositionMode.ONE_WAY:
            total = leg.size + size
            return self._market(
                account, market, side, total, None, source="reverse", client_order_id=client_order_id
            )
        self._market(account, market, side, size, Effect.CLOSE, source="reverse")
        return self._market(
            account,
            market,
            _other(side),
            size,
            Effect.OPEN,
            source="reverse",
            client_order_id=client_order_id,
        )

    def _market(
        self,
        account: Account,
        market: Market,
        leg: PositionSide,
        size: Decimal,
        effect: Effect | None,
        *,
        source: str,
        client_order_id: str = "",
    ) -> LiveOrder:
        largest = market.instrument.max_market_size
        buys = (leg is PositionSide.LONG) is (effect is Effect.OPEN)
        intent = PlaceOrder(
            instrument=market.instrument.id,
            side=Side.BUY if buys else Side.SELL,
            order_type=OrderType.MARKET,
            size=min(size, largest) if largest else size,
            position_side=leg,
            effect=effect,
        )
        return self._trading.place(account, intent, client_order_id, source=source)


def _other(side: PositionSide) -> PositionSide:
    return PositionSide.SHORT if side is PositionSide.LONG else PositionSide.LONG
