"""Orders from acceptance to their end: checks, holds, matching, cancels."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.event import OrderUpdated
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Forced, OrderStatus, PositionMode, PositionSide
from bgtui.simulator import rules
from bgtui.simulator.account import Account
from bgtui.simulator.futures import Futures
from bgtui.simulator.live import Aim, LiveOrder, Stp
from bgtui.simulator.margin import Margin
from bgtui.simulator.matching import Market
from bgtui.simulator.money import ZERO
from bgtui.simulator.reject import Reject
from bgtui.simulator.spot import Spot
from bgtui.simulator.state import State


class Trading:
    """The life of orders, except for what happens when they meet (`Matcher`)."""

    def __init__(self, state: State, futures: Futures, spot: Spot, margin: Margin) -> None:
        """Work on this state."""
        self._state = state
        self._futures = futures
        self._spot = spot
        self._margin = margin
        self.run: Callable[[LiveOrder], None] = lambda _: None
        """Matches an accepted order and lets the rest rest; set by the matcher."""
        self.has_plans: Callable[[Account, InstrumentId], bool] = lambda *_: False
        """Whether trigger orders wait on an instrument; set by the trigger orders."""

    # Placing

    def place(
        self,
        account: Account,
        intent: PlaceOrder,
        client_order_id: str = "",
        *,
        stp: Stp = Stp.NONE,
        source: str = "api",
        forced: Forced | None = None,
    ) -> LiveOrder:
        """Check an order, hold back its cost, match it, and let the rest rest.

        Raises:
            Reject: it was refused, and nothing has changed.
        """
        order, displaced = self._prepare(
            account, intent, client_order_id, stp=stp, source=source, forced=forced
        )
        self._accept(order, displaced)
        return order

    def check(
        self,
        account: Account,
        intent: PlaceOrder,
        client_order_id: str = "",
        *,
        freed: Decimal = ZERO,
        leaving: Collection[LiveOrder] = (),
    ) -> None:
        """Do everything that placing does short of accepting the order.

        Args:
            account: whose it is.
            intent: the order.
            client_order_id: "" for none.
            freed: what will be free by then beyond what is free now, margin coin.
            leaving: orders that will be gone by then.

        Raises:
            Reject: it would be refused.
        """
        order, _ = self._prepare(
            account,
            intent,
            client_order_id,
            stp=Stp.NONE,
            source="",
            forced=None,
            freed=freed,
            leaving=leaving,
        )
        self._hold(order, -order.hold)

    def amend(self, old: LiveOrder, price: Decimal, size: Decimal, client_order_id: str) -> LiveOrder:
        """Replace an untouched limit order.

        Raises:
            Reject: it has traded, or the new order would be refused; then the old one stays.
        """
        if not old.is_limit or old.status is not OrderStatus.LIVE:
            raise Reject("40922")
        if price == old.price and size == old.size:
            raise Reject("40923")
        intent = replace(old.intent, price=price, size=size, position_mode=None)
        account = old.account
        # The new order may use what the old one holds, so the old one steps aside while it is checked.
        held = self._step_aside(old)
        try:
            order, displaced = self._prepare(
                account, intent, client_order_id, stp=old.stp, source=old.source, forced=None
            )
        except Reject:
            self._step_back(old, held)
            raise
        new_hold, order.hold = order.hold, ZERO
        self._hold(order, -new_hold)
        self._step_back(old, held)
        self.end(old, "modify_limit_order")
        order.hold = new_hold
        self._hold(order, new_hold)
        self._accept(order, displaced)
        return order

    def set_presets(self, order: LiveOrder, take_profit: Decimal | None, stop_loss: Decimal | None) -> None:
        """Replace the preset prices of an untouched limit order; None removes one.

        Raises:
            Reject: it has traded, or a price is refused.
        """
        if not order.is_limit or order.status is not OrderStatus.LIVE:
            raise Reject("40922")
        intent = replace(
            order.intent,
            take_profit=take_profit,
            stop_loss=stop_loss,
            take_profit_limit=None if take_profit is None else order.intent.take_profit_limit,
            stop_loss_limit=None if stop_loss is None else order.intent.stop_loss_limit,
        )
        rules.check_presets(order.market, intent, is_closing=order.is_closing)
        order.intent = intent
        order.updated_ms = self._state.now_ms
        self.tell(order)

    def _step_aside(self, order: LiveOrder) -> Decimal:
        held, order.hold = order.hold, ZERO
        self._hold(order, -held)
        del order.account.order_numbers[order.number]
        return held

    def _step_back(self, order: LiveOrder, held: Decimal) -> None:
        order.hold = held
        self._hold(order, held)
        numbers = order.account.order_numbers
        order.account.order_numbers = dict.fromkeys(sorted((*numbers, order.number)))

    def _hold(self, order: LiveOrder, amount: Decimal) -> None:
        instrument = order.market.instrument
        if order.market.is_futures:
            order.account.wallet(instrument).held += amount
        else:
            coin = instrument.quote_coin if order.is_buy else instrument.base_coin
            order.account.purse(coin).held += amount

    def _prepare(
        self,
        account: Account,
        intent: PlaceOrder,
        client_order_id: str,
        *,
        stp: Stp,
        source: str,
        forced: Forced | None,
        freed: Decimal = ZERO,
        leaving: Collection[LiveOrder] = (),
    ) -> tuple[LiveOrder, list[LiveOrder]]:
        market = self._state.market(intent.instrument)
        if client_order_id and (market.is_futures, client_order_id) in account.client_ids:
            raise Reject("45034" if market.is_futures else "43118")
        aim = self.aim(account, market, intent) if market.is_futures else None
        self._check_rules(account, market, intent, aim)
        order = LiveOrder(
            self._state.next_number(),
            account,
            market,
            intent,
            client_order_id,
            now_ms=self._state.now_ms,
            stp=stp,
            source=source,
            forced=forced,
            aim=aim,
        )
        displaced = self._fit(order)
        if market.is_futures:
            self._reserve_futures(order, freed, leaving)
        else:
            self._spot.reserve(order, self._spot_worst(order))
        return order, displaced

    def _accept(self, order: LiveOrder, displaced: list[LiveOrder]) -> None:
        for rival in displaced:
            self.end(rival, "normal_cancel")
        account, market = order.account, order.market
        account.order_numbers[order.number] = None
        self._state.orders[order.number] = order
        account.remember_client_id(order.client_order_id, order.number, is_futures=market.is_futures)
        if order.aim is not None:
            account.symbol(market.instrument).margin_mode = order.aim.margin_mode
        self.tell(order)
        self.run(order)

    # Checks

    def aim(self, account: Account, market: Market, intent: PlaceOrder) -> Aim:
        """Settle what a futures order may do, and in which margin mode.

        Raises:
            Reject: it fits neither the position mode nor the margin mode nor the margin coin.
        """
        instrument = market.instrument
        symbol = account.symbol(instrument)
        mode = intent.margin_mode or symbol.margin_mode
        if mode is not symbol.margin_mode and self.is_busy(account, market):
            raise Reject("45117")
        if intent.margin_coin and intent.margin_coin not in instrument.margin_coins:
            raise Reject("40778", instrument.symbol, intent.margin_coin)
        return self._futures.aim(account, market, intent, mode)

    def _check_rules(self, account: Account, market: Market, intent: PlaceOrder, aim: Aim | None) -> None:
        is_closing = aim is not None and not aim.may_open
        closable = ZERO
        if is_closing:
            closable = self._futures.closable_by(account, market, intent.side)
            if not closable:
                raise Reject("22002")
        rules.check_order(market, intent, is_closing=is_closing, closes_all=intent.size >= closable)
        rules.check_presets(market, intent, is_closing=is_closing)
        own = self.orders_of(account, market.instrument.product_type)
        rules.check_room(account, market, sum(order.market is market for order in own), len(own))

    def is_busy(self, account: Account, market: Market) -> bool:
        """Tell whether a position, an order or a trigger order stands in the way of a mode's change."""
        return (
            any(key[0] == market.instrument.id for key in account.wallet(market.instrument).legs)
            or any(True for _ in self.orders_on(account, market))
            or self.has_plans(account, market.instrument.id)
        )

    # What an order needs

    def _fit(self, order: LiveOrder) -> list[LiveOrder]:
        """Trim a closing order to its leg; return older closing orders that it displaces (wire notes 6.4)."""
        if not order.is_closing or order.account.is_crowd:
            return []
        total = self._futures.closable(order, order.closes)
        rivals = self.closers(order.account, order.market, order.closes)
        occupied = sum((rival.remaining for rival in rivals), ZERO)
        if order.aim is not None and order.aim.position_mode is PositionMode.HEDGE and occupied < total:
            order.shrink(min(order.remaining, total - occupied))
            return []
        order.shrink(min(order.remaining, total))
        return _oldest_beyond(rivals, occupied + order.remaining - total)

    def _reserve_futures(self, order: LiveOrder, freed: Decimal, leaving: Collection[LiveOrder]) -> None:
        if order.aim is None or order.account.is_crowd:
            return
        rivals = [
            other
            for other in self.orders_on(order.account, order.market)
            if other.is_buy is order.is_buy and other not in leaving
        ]
        reducing = sum((rival.remaining - rival.open_part for rival in rivals if _may_close(rival)), ZERO)
        order.open_part = self._futures.opening_part(order, reducing)
        order.hold_price = self._worst_price(order)
        if order.open_part and not order.hold_price:
            raise Reject("40823")
        self._futures.check_tier(order, sum((rival.open_part * rival.hold_price for rival in rivals), ZERO))
        closing = order.remaining - order.open_part
        if closing and order.open_part:
            leg = self._margin.leg(order.account, order.market.instrument, order.closes)
            at = order.price or self.swept_price(order.market, order.remaining, is_buy=order.is_buy)
            if leg is not None:
                freed += self._margin.freed(order.account, leg, min(closing, leg.size), at)
        self._futures.reserve(order, freed)

    def _worst_price(self, order: LiveOrder) -> Decimal:
        """Return a price that the hold is made for: fills cost no more than at this one."""
        market = order.market
        opposite = (market.asks if order.is_buy else market.bids).best()
        if order.is_limit:
            # A sell that takes a higher bid needs more margin than at its own price.
            is_above = not order.is_buy and opposite is not None
            return max(order.price, opposite.price) if is_above and opposite is not None else order.price
        if not order.is_buy:
            return opposite.price if opposite is not None else (market.reference or ZERO)
        return self.swept_price(market, order.remaining, is_buy=True)

    @staticmethod
    def swept_price(market: Market, size: Decimal, *, is_buy: bool) -> Decimal:
        """Return the last price that a market order of a size would reach now; zero where there is none."""
        limit = rules.band_limit(market, Side.BUY if is_buy else Side.SELL)
        left, price = size, market.reference or ZERO
        for level in market.asks if is_buy else market.bids:
            is_outside = limit is not None and (level.price > limit if is_buy else level.price < limit)
            if left <= 0 or is_outside:
                break
            price = level.price
            left -= level.size
        return price

    def _spot_worst(self, order: LiveOrder) -> Decimal | None:
        if order.is_limit or order.intent.size_is_quote or not order.is_buy:
            return None
        return self._worst_price(order)

    # Ending

    def end(self, order: LiveOrder, reason: str = "") -> None:
        """Make an order final: canceled for a reason, or filled without one."""
        if order.status.is_final:
            return
        if order.level is not None:
            (order.market.bids if order.is_buy else order.market.asks).remove(order)
        order.status = OrderStatus.CANCELED if reason else OrderStatus.FILLED
        order.cancel_reason = reason
        order.updated_ms = self._state.now_ms
        self.rehold(order)
        account = order.account
        account.order_numbers.pop(order.number, None)
        self._state.orders.pop(order.number, None)
        self.tell(order)
        if not account.is_crowd:
            past = account.past[order.market.instrument.product_type]
            past.orders.append(order.order_id, order.updated_ms, order.to_order())

    def rehold(self, order: LiveOrder) -> None:
        """Hold back what the rest of an order needs."""
        if order.market.is_futures:
            self._futures.rehold(order)
        else:
            self._spot.rehold(order)

    def tell(self, order: LiveOrder) -> None:
        """Report an order to its account; its positions go along, as their free size may have moved."""
        if order.account.is_crowd:
            return
        self._state.tell(order.account, OrderUpdated(order.to_order()))
        if order.market.is_futures:
            self._state.touch_positions(order.account, order.market.instrument.product_type)

    def trim(self, account: Account, market: Market, leg_side: PositionSide) -> None:
        """Cancel the oldest closing orders beyond the size of a leg that shrank."""
        rivals = self.closers(account, market, leg_side)
        leg = self._margin.leg(account, market.instrument, leg_side)
        total = leg.size if leg is not None else ZERO
        for order in _oldest_beyond(rivals, sum((rival.remaining for rival in rivals), ZERO) - total):
            self.end(order, "normal_cancel")

    # Looking

    def orders_of(self, account: Account, product_type: ProductType) -> list[LiveOrder]:
        """Return open orders of a product type, the oldest first."""
        found = (self._state.orders[number] for number in account.order_numbers)
        return [order for order in found if order.market.instrument.product_type is product_type]

    def orders_on(self, account: Account, market: Market) -> list[LiveOrder]:
        """Return open orders of an instrument, the oldest first."""
        found = (self._state.orders[number] for number in account.order_numbers)
        return [order for order in found if order.market is market]

    def closers(self, account: Account, market: Market, leg_side: PositionSide) -> list[LiveOrder]:
        """Return orders that can only close a leg, the oldest first."""
        return [
            order
            for order in self.orders_on(account, market)
            if order.is_closing and order.closes is leg_side
        ]


def _may_close(order: LiveOrder) -> bool:
    return order.aim is not None and order.aim.may_close


def _oldest_beyond(orders: list[LiveOrder], excess: Decimal) -> list[LiveOrder]:
    chosen: list[LiveOrder] = []
    for order in orders:
        if excess <= 0:
            break
        chosen.append(order)
        excess -= order.remaining
    return chosen
