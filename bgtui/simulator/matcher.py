"""Where orders meet: price-time priority, times in force, self-trade prevention, and what a trade does."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bgtui.domain.account import Fill, Liquidity
from bgtui.domain.event import FillReported
from bgtui.domain.market import Side, Trade
from bgtui.domain.order import OrderStatus, TimeInForce
from bgtui.simulator import rules
from bgtui.simulator.account import Account
from bgtui.simulator.fact import TradePrinted
from bgtui.simulator.futures import Futures
from bgtui.simulator.live import LiveOrder, Stp, charged
from bgtui.simulator.matching import BookSide, Level, Market, Resting
from bgtui.simulator.money import ZERO, plain
from bgtui.simulator.spot import Spot, affordable
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading

_UNFILLED = {
    TimeInForce.IOC: "ioc_not_full_cancel",
    TimeInForce.FOK: "fok_not_full_cancel",
    TimeInForce.POST_ONLY: "post_only_fill_cancel",
}
"""`cancelReason` by time in force (wire notes 6.4)."""
_NO_LIQUIDITY = "slippage_cancel"
"""Of a market order that found nothing more inside the price band."""
_NOT_PAYABLE = "delegated_risk_order_cancel"
"""Of a resting order that could not be paid for, or had nothing left to close, when its turn came."""


class Matcher:
    """The one place where trades happen."""

    def __init__(self, state: State, trading: Trading, futures: Futures, spot: Spot) -> None:
        """Work on this state, for these orders."""
        self._state = state
        self._trading = trading
        self._futures = futures
        self._spot = spot
        self.opened: Callable[[LiveOrder, Decimal, bool], None] = lambda *_: None
        """Called after a fill that opened or was spot: order, size opened, whether the leg is new."""
        trading.run = self.run

    def run(self, order: LiveOrder) -> None:
        """Match an accepted order; what is left rests or is canceled, as its time in force says."""
        limit = order.price if order.is_limit else rules.band_limit(order.market, order.side)
        force = order.intent.time_in_force if order.is_limit else None
        if force is TimeInForce.POST_ONLY and self._crosses(order):
            self._trading.end(order, _UNFILLED[force])
            return
        if force is TimeInForce.FOK and self._reachable(order, limit) < order.remaining:
            self._trading.end(order, _UNFILLED[force])
            return
        reason = self._match(order, limit)
        if order.status.is_final:
            return
        if reason:
            self._trading.end(order, reason)
        elif not order.remaining and order.filled:
            self._trading.end(order)
        elif order.is_limit and force not in (TimeInForce.IOC, TimeInForce.FOK):
            (order.market.bids if order.is_buy else order.market.asks).add(order)
        else:
            self._trading.end(order, _UNFILLED.get(force, _NO_LIQUIDITY) if force else _NO_LIQUIDITY)

    # The crowd's fast lane

    def add_crowd(
        self, account: Account, market: Market, price: Decimal, size: Decimal, *, is_buy: bool
    ) -> int | None:
        """Place a crowd limit order; return its number, None when nothing of it rests."""
        number = self._state.next_number()
        order = Resting(number, account, market, is_buy=is_buy, price=price, remaining=size)
        best = (market.asks if is_buy else market.bids).best()
        if best is not None and _reaches(best, price, is_buy=is_buy):
            self._match(order, price)
            if not order.remaining:
                return None
        (market.bids if is_buy else market.asks).add(order)
        self._state.crowd[number] = order
        return number

    def cancel_crowd(self, number: int) -> bool:
        """Take a crowd order out of its book; False when it is gone already."""
        order = self._state.crowd.pop(number, None)
        if order is None:
            return False
        (order.market.bids if order.is_buy else order.market.asks).remove(order)
        return True

    def take(
        self, account: Account, market: Market, size: Decimal, limit: Decimal | None, *, is_buy: bool
    ) -> Decimal:
        """Trade at market for a crowd account; return the size filled."""
        order = Resting(self._state.next_number(), account, market, is_buy=is_buy, price=ZERO, remaining=size)
        self._match(order, limit)
        return size - order.remaining

    # Matching

    def _match(self, taker: Resting, limit: Decimal | None) -> str:
        """Trade until the taker is done or nothing is left to trade with; return why it must end, or ""."""
        market, is_buy = taker.market, taker.is_buy
        opposite = market.asks if is_buy else market.bids
        live = taker if isinstance(taker, LiveOrder) else None
        while True:
            level = opposite.best()
            if level is None or (limit is not None and not _reaches(level, limit, is_buy=is_buy)):
                return ""
            if live is not None and live.intent.size_is_quote:
                live.remaining = affordable(market, live.quote_left, level.price)
            if not taker.remaining:
                return ""
            maker = next(iter(level.orders.values()))
            if live is not None and live.stp is not Stp.NONE and maker.account is live.account:
                if reason := self._prevent(live, maker):
                    return reason
                continue
            size = min(taker.remaining, maker.remaining)
            if market.is_futures:
                size = self._futures.fillable(maker, size)
                if not size and isinstance(maker, LiveOrder):
                    self._trading.end(maker, _NOT_PAYABLE)
                    continue
                size = self._futures.fillable(taker, size)
                if not size:
                    return _NOT_PAYABLE
            self._trade(taker, maker, opposite, size, level.price)

    def _prevent(self, taker: LiveOrder, maker: Resting) -> str:
        if taker.stp is not Stp.CANCEL_TAKER and isinstance(maker, LiveOrder):
            self._trading.end(maker, "stp_cancel")
        return "" if taker.stp is Stp.CANCEL_MAKER else "stp_cancel"

    def _trade(
        self, taker: Resting, maker: Resting, opposite: BookSide, size: Decimal, price: Decimal
    ) -> None:
        state, market = self._state, taker.market
        now_ms, number = state.now_ms, state.next_number()
        side = Side.BUY if taker.is_buy else Side.SELL
        market.last = price
        state.traded[market.instrument.id] = None
        trade = Trade(str(number), format(price, "f"), format(size, "f"), side, now_ms)
        state.facts.append(TradePrinted(market.instrument.id, trade))
        opposite.fill(maker, size)
        taker.remaining -= size
        is_self = maker.account is taker.account
        if not is_self or not taker.account.is_crowd:
            # One account never sees one trade id twice.
            maker_trade = state.next_id() if is_self else trade.trade_id
            self.settle(maker, size, price, maker_trade, is_taker=False)
            self.settle(taker, size, price, trade.trade_id, is_taker=True)
        if not maker.remaining:
            state.crowd.pop(maker.number, None)

    def settle(self, order: Resting, size: Decimal, price: Decimal, trade_id: str, *, is_taker: bool) -> None:
        """Move money and position of one side of a trade, and report it."""
        if not isinstance(order, LiveOrder):
            if order.market.is_futures:
                self._futures.settle(order, size, price, is_taker=is_taker)
            else:
                self._spot.settle(order, size, price, is_taker=is_taker)
            return
        realized = None
        opened, is_new = ZERO, False
        instrument = order.market.instrument
        if order.market.is_futures:
            before = self._futures.closable(order, order.opens)
            realized, fee = self._futures.settle(order, size, price, is_taker=is_taker)
            opened, is_new = self._futures.closable(order, order.opens) - before, not before
            coin = instrument.margin_coins[0]
        else:
            fee = self._spot.settle(order, size, price, is_taker=is_taker)
            opened = size
            coin = instrument.base_coin if order.is_buy else instrument.quote_coin
        self._record(
            order,
            size,
            price,
            trade_id=trade_id,
            coin=coin,
            fee=fee,
            realized=realized,
            is_taker=is_taker,
        )
        if opened > 0:
            self.opened(order, opened, is_new)

    def _record(
        self,
        order: LiveOrder,
        size: Decimal,
        price: Decimal,
        *,
        trade_id: str,
        coin: str,
        fee: Decimal,
        realized: Decimal | None,
        is_taker: bool,
    ) -> None:
        value = size * price
        order.filled += size
        order.filled_value += value
        order.realized += realized or ZERO
        order.fees[coin] = order.fees.get(coin, ZERO) + fee
        order.updated_ms = self._state.now_ms
        if order.intent.size_is_quote:
            order.quote_left -= value
            order.remaining = affordable(order.market, order.quote_left, price)
        instrument = order.market.instrument
        fill = Fill(
            instrument=instrument.id,
            trade_id=trade_id,
            order_id=order.order_id,
            client_order_id=order.client_order_id,
            side=order.side,
            price=price,
            size=size,
            time_ms=order.updated_ms,
            liquidity=Liquidity.TAKER if is_taker else Liquidity.MAKER,
            quote_amount=plain(value),
            realized_pnl=None if realized is None else plain(realized),
            fees=(charged(coin, fee),),
            position_side=order.leg,
            effect=order.effect,
            position_mode=order.aim.position_mode if order.aim else None,
            forced=order.forced,
        )
        if not order.account.is_crowd:
            order.account.past[instrument.product_type].fills.append(trade_id, fill.time_ms, fill)
            self._state.tell(order.account, FillReported(fill))
        if order.remaining:
            order.status = OrderStatus.PARTIALLY_FILLED
            self._trading.rehold(order)
            self._trading.tell(order)
        else:
            self._trading.end(order)

    # Looking ahead

    def _crosses(self, order: LiveOrder) -> bool:
        best = (order.market.asks if order.is_buy else order.market.bids).best()
        return best is not None and _reaches(best, order.price, is_buy=order.is_buy)

    def _reachable(self, order: LiveOrder, limit: Decimal | None) -> Decimal:
        """Return how much of an order is sure to trade at once.

        What a resting order may prove unable to pay does not count, nor what lies behind an own order that
        would end this one.
        """
        found = ZERO
        closed: dict[str, Decimal] = {}
        for level in order.market.asks if order.is_buy else order.market.bids:
            if found >= order.remaining or (
                limit is not None and not _reaches(level, limit, is_buy=order.is_buy)
            ):
                break
            for maker in level.orders.values():
                if order.stp is Stp.NONE or maker.account is not order.account:
                    found += self._sure(maker, closed)
                elif order.stp is not Stp.CANCEL_MAKER:
                    return found
        return found

    def _sure(self, maker: Resting, closed: dict[str, Decimal]) -> Decimal:
        """Return how much of a resting order trades whatever the ones before it do.

        ``closed`` is what those may close, by account: two orders cannot close the same part of a leg.
        """
        if not isinstance(maker, LiveOrder) or maker.account.is_crowd or maker.aim is None:
            return maker.remaining
        closable = ZERO
        if maker.aim.may_close:
            uid = maker.account.uid
            before = closed.get(uid, ZERO)
            closable = min(maker.remaining, self._futures.closable(maker, maker.closes) - before)
            closed[uid] = before + closable
        if not maker.aim.may_open:
            return closable
        return maker.remaining if maker.remaining <= closable + maker.open_part else ZERO


def _reaches(level: Level, limit: Decimal, *, is_buy: bool) -> bool:
    return level.price <= limit if is_buy else level.price >= limit
